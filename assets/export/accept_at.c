/* Calls accept() on the socket that the kernel selected (SO_REUSEPORT). */
static int accept_at(const int *listeners, int count) {
    struct pollfd fds[4];
    for (int n = 0; n < count; n++)
        fds[n] = (struct pollfd){.fd = listeners[n], .events = POLLIN};
    must("poll", poll(fds, count, -1));
    for (int n = 0; n < count; n++)
        if (fds[n].revents)
            return accept(listeners[n], NULL, NULL);
    return -1;
}

