use crate::app::State;

/// `server 192.168.1.10, laptop 192.168.1.13, phone .14`.
pub(crate) fn addresses(state: &State) -> String {
    let server = state.lab.server().map(|server| server.ip.to_string());
    let mut text = format!("server {}", server.unwrap_or_default());
    for (n, computer) in state.clients.computers.iter().enumerate() {
        let ip = computer.ip.to_string();
        let ip = match ip.rfind('.') {
            Some(dot) if n > 0 => &ip[dot..],
            Some(_) | None => &ip,
        };
        text.extend([", ", &computer.name, " ", ip]);
    }
    text
}
