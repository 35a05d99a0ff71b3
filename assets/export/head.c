#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif

/* Returns the result of a call; ends the program if it failed. */
static int must(const char *call, int result) {
    if (result < 0) {
        perror(call);
        exit(1);
    }
    return result;
}

static void set(int fd, int level, int option, int value) {
    must("setsockopt", setsockopt(fd, level, option, &value, sizeof value));
}

/* Fills in an IPv4 or IPv6 address and returns its length. */
static socklen_t address(struct sockaddr_storage *at, const char *ip, int port) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)at;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)at;
    memset(at, 0, sizeof *at);
    if (inet_pton(AF_INET, ip, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        return sizeof *v4;
    }
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    must("inet_pton", inet_pton(AF_INET6, ip, &v6->sin6_addr) - 1);
    return sizeof *v6;
}

static int bind_to(int fd, const char *ip, int port) {
    struct sockaddr_storage at;
    socklen_t length = address(&at, ip, port);
    return bind(fd, (struct sockaddr *)&at, length);
}

static int connect_to(int fd, const char *ip, int port) {
    struct sockaddr_storage to;
    socklen_t length = address(&to, ip, port);
    return connect(fd, (struct sockaddr *)&to, length);
}

