use crate::app::actions::export::plan::{Plan, arguments, look, socket};
use crate::tcp::{Protocol, SockOpt, Syscall, SyscallRecord};

const HEAD: &str = include_str!("../../../../assets/export/head.c");

/// Needed only where several sockets listen.
const ACCEPT_AT: &str = include_str!("../../../../assets/export/accept_at.c");

pub(super) fn text(plan: &Plan, name: &str) -> String {
    let head = format!(
        "/* The calls that fivetuple recorded, in the same order. They create the same rows.\n *\n *     cc -o {name} {name}.c && ./{name}\n *     {}\n */\n",
        look(plan)
    );
    let mut text = head + HEAD;
    if plan.clients.iter().any(|client| client.accepted_by.len() > 1) {
        text += ACCEPT_AT;
    }
    text += "int main(void) {\n";
    if plan.more > 0 {
        text += "    struct rlimit files;\n    getrlimit(RLIMIT_NOFILE, &files);\n    files.rlim_cur = files.rlim_max;\n    setrlimit(RLIMIT_NOFILE, &files);\n\n";
    }
    for piece in plan.listeners.iter().chain(&plan.clients) {
        text.extend([format!("    /* {} */\n", piece.about)]);
        text += &socket(piece, (&piece.name, "    "), lines, accept);
        text += "\n";
    }
    if let Some(last) = plan.clients.last().filter(|_| plan.more > 0) {
        text.extend([format!("    /* {} more like the last one */\n", plan.more)]);
        text.extend([format!("    static int more[{}];\n", plan.more)]);
        text.extend([format!("    for (int n = 0; n < {}; n++) {{\n", plan.more)]);
        text += &socket(last, ("client", "        "), lines, accept);
        text += "        more[n] = client;\n    }\n\n";
    }
    for listener in plan.listeners.iter().filter(|listener| listener.is_closed) {
        text.extend([format!(
            "    /* It stopped listening; its connections stay open. */\n    close({});\n\n",
            listener.name
        )]);
    }
    text.extend([format!("    puts(\"Check:  {}\");\n", look(plan))]);
    text += "    puts(\"Press Enter to end this program and close its sockets.\");\n    fflush(stdout);\n    getchar();\n";
    // The clients close first: TIME_WAIT is theirs then, and the port can be bound again at once.
    text.extend(plan.clients.iter().map(|client| format!("    close({});\n", client.name)));
    if plan.more > 0 {
        text.extend([format!(
            "    for (int n = 0; n < {}; n++)\n        close(more[n]);\n",
            plan.more
        )]);
    }
    text + "    return 0;\n}\n"
}

fn accept(listeners: &[String]) -> String {
    match listeners {
        [] => String::new(),
        [one] => format!("must(\"accept\", accept({one}, NULL, NULL));"),
        all => {
            let (count, all) = (all.len(), all.join(", "));
            format!("must(\"accept\", accept_at((int[]){{{all}}}, {count}));")
        }
    }
}

fn lines(call: &SyscallRecord, name: &str, is_calling: bool) -> String {
    match call.asked {
        Syscall::Socket { v6, protocol } => {
            let family = if v6 { "AF_INET6" } else { "AF_INET" };
            let kind = match protocol {
                Protocol::Tcp => "SOCK_STREAM",
                Protocol::Udp => "SOCK_DGRAM",
            };
            format!("int {name} = must(\"socket\", socket({family}, {kind}, 0));")
        }
        Syscall::SetSockOpt(option) => set(option, name),
        Syscall::Bind(at) => format!("must(\"bind\", bind_to({name}, {}));", arguments(at)),
        Syscall::Listen(backlog) => format!("must(\"listen\", listen({name}, {backlog}));"),
        Syscall::Connect(to) if is_calling => {
            let call = format!("connect_to({name}, {}); /* no answer */", arguments(to));
            format!("fcntl({name}, F_SETFL, O_NONBLOCK);\n{call}")
        }
        Syscall::Connect(to) => {
            format!("must(\"connect\", connect_to({name}, {}));", arguments(to))
        }
        Syscall::Shutdown => format!("must(\"shutdown\", shutdown({name}, SHUT_WR));"),
        Syscall::Accept
        | Syscall::WriteUntilFull
        | Syscall::ConnectAnswer
        | Syscall::GetSockName
        | Syscall::Close => String::new(),
    }
}

fn set(option: SockOpt, name: &str) -> String {
    let arguments = match option {
        SockOpt::ReuseAddr => "SOL_SOCKET, SO_REUSEADDR, 1".to_owned(),
        SockOpt::ReusePort => "SOL_SOCKET, SO_REUSEPORT, 1".to_owned(),
        SockOpt::OnlyV6(only) => format!("IPPROTO_IPV6, IPV6_V6ONLY, {}", u8::from(only)),
        SockOpt::BindAddressNoPort => "IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1".to_owned(),
        SockOpt::LocalPortRange(range) => {
            let (low, high) = (range.low, range.high);
            format!("IPPROTO_IP, IP_LOCAL_PORT_RANGE, (int)({low}u | {high}u << 16)")
        }
        // Only what S holds has them, which no program makes.
        SockOpt::NoLinger
        | SockOpt::DeferAccept(_)
        | SockOpt::ReceiveBuffer(_)
        | SockOpt::SendBuffer(_) => return String::new(),
    };
    format!("set({name}, {arguments});")
}
