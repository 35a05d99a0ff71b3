use crate::app::actions::export::plan::{Plan, arguments, look, socket};
use crate::tcp::{Protocol, SockOpt, Syscall, SyscallRecord};

pub(super) fn text(plan: &Plan) -> String {
    let look = look(plan);
    let mut text = format!(
        "#!/usr/bin/env python3\n\"\"\"The calls that fivetuple recorded, in the same order. They create the same rows.\n\n    {look}\n\"\"\"\n\n"
    );
    if plan.more > 0 {
        text += "import resource\n";
    }
    text += "import select\nimport socket\nimport struct\n\nIP_BIND_ADDRESS_NO_PORT = 24\nIP_LOCAL_PORT_RANGE = 51\n\n";
    if plan.more > 0 {
        text += "_, most = resource.getrlimit(resource.RLIMIT_NOFILE)\nresource.setrlimit(resource.RLIMIT_NOFILE, (most, most))\n\n";
    }
    text += "accepted = []\n\n";
    for piece in plan.listeners.iter().chain(&plan.clients) {
        text.extend([format!("# {}\n", piece.about)]);
        text += &socket(piece, (&piece.name, ""), lines, accept);
        text += "\n";
    }
    if let Some(last) = plan.clients.last().filter(|_| plan.more > 0) {
        text.extend([format!(
            "# {} more like the last one\nmore = []\nfor _ in range({}):\n",
            plan.more, plan.more
        )]);
        text += &socket(last, ("client", "    "), lines, accept);
        text += "    more.append(client)\n\n";
    }
    for listener in plan.listeners.iter().filter(|listener| listener.is_closed) {
        text.extend([format!(
            "# It stopped listening; its connections stay open.\n{}.close()\n\n",
            listener.name
        )]);
    }
    text.extend([format!("print(\"Check:  {look}\", flush=True)\n")]);
    text += "input(\"Press Enter to end this program and close its sockets.\\n\")\n";
    // The clients close first: TIME_WAIT is theirs then, and the port can be bound again at once.
    let names = plan.clients.iter().map(|client| client.name.as_str());
    let names: Vec<&str> = names.chain((plan.more > 0).then_some("*more")).collect();
    text.extend([format!("for client in [{}]:\n    client.close()\n", names.join(", "))]);
    text
}

fn accept(listeners: &[String]) -> String {
    match listeners {
        [] => String::new(),
        [one] => format!("accepted.append({one}.accept())"),
        all => format!(
            "ready, *_ = select.select([{}], [], [])[0]  # the one that the kernel selected\naccepted.append(ready.accept())",
            all.join(", ")
        ),
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
            format!("{name} = socket.socket(socket.{family}, socket.{kind})")
        }
        Syscall::SetSockOpt(option) => set(option, name),
        Syscall::Bind(at) => format!("{name}.bind(({}))", arguments(at)),
        Syscall::Listen(backlog) => format!("{name}.listen({backlog})"),
        Syscall::Connect(to) if is_calling => {
            format!(
                "{name}.setblocking(False)\n{name}.connect_ex(({}))  # no answer",
                arguments(to)
            )
        }
        Syscall::Connect(to) => format!("{name}.connect(({}))", arguments(to)),
        Syscall::Shutdown => format!("{name}.shutdown(socket.SHUT_WR)"),
        Syscall::Accept
        | Syscall::WriteUntilFull
        | Syscall::ConnectAnswer
        | Syscall::GetSockName
        | Syscall::Close => String::new(),
    }
}

fn set(option: SockOpt, name: &str) -> String {
    let arguments = match option {
        SockOpt::ReuseAddr => "socket.SOL_SOCKET, socket.SO_REUSEADDR, 1".to_owned(),
        SockOpt::ReusePort => "socket.SOL_SOCKET, socket.SO_REUSEPORT, 1".to_owned(),
        SockOpt::OnlyV6(only) => {
            format!("socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, {}", u8::from(only))
        }
        SockOpt::BindAddressNoPort => "socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1".to_owned(),
        SockOpt::LocalPortRange(range) => {
            let both = format!("struct.pack(\"=I\", {} | {} << 16)", range.low, range.high);
            format!("socket.IPPROTO_IP, IP_LOCAL_PORT_RANGE, {both}")
        }
        // Only what S holds has them, which no program makes.
        SockOpt::NoLinger
        | SockOpt::DeferAccept(_)
        | SockOpt::ReceiveBuffer(_)
        | SockOpt::SendBuffer(_) => return String::new(),
    };
    format!("{name}.setsockopt({arguments})")
}
