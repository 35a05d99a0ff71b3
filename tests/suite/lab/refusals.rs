use std::process::Command;

use crate::support::skipped;

/// Gives up every privilege.
const WITHOUT: &str = "setpriv --bounding-set=-all --inh-caps=-all --";

/// Runs a lab where `limits` hold; what it complains, or why that cannot be tried here.
fn refused(limits: &str, privileges: &str) -> Option<String> {
    let script = format!("{limits} && exec {privileges} \"$@\"");
    let output = Command::new("unshare")
        .args(["-Ur", "sh", "-c", &script, "sh"])
        .args([env!("CARGO_BIN_EXE_fivetuple"), "lab", "--", "true"])
        .output();
    let output = match output {
        Ok(output) => output,
        Err(why) => {
            skipped(&format!("unshare: {why}"));
            return None;
        }
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !said.starts_with("fivetuple:") {
        skipped(&format!("no user namespace to set limits in: {said}"));
        return None;
    }
    assert_eq!(output.status.code(), Some(1), "{said}");
    Some(said)
}

#[test]
fn a_limit_of_no_user_namespaces_is_named_with_what_helps() {
    let Some(said) = refused("echo 0 > /proc/sys/user/max_user_namespaces", WITHOUT) else {
        return;
    };
    assert!(said.contains("unshare(CLONE_NEWUSER)"), "{said}");
    assert!(said.contains("ENOSPC"), "{said}");
    assert!(
        said.contains(
            "user.max_user_namespaces is 0 here; as root: sysctl user.max_user_namespaces=15000"
        ),
        "{said}"
    );
}

#[test]
fn a_limit_of_network_namespaces_is_named_too() {
    let Some(said) = refused("echo 0 > /proc/sys/user/max_net_namespaces", "") else {
        return;
    };
    assert!(said.contains("unshare(CLONE_NEWNET)"), "{said}");
    assert!(said.contains("user.max_net_namespaces is 0 here"), "{said}");
}

#[test]
fn too_few_network_namespaces_are_refused_half_way() {
    let Some(said) = refused("echo 2 > /proc/sys/user/max_net_namespaces", "") else {
        return;
    };
    assert!(said.contains("unshare(CLONE_NEWNET)"), "{said}");
    assert!(said.contains("so many namespaces are in use"), "{said}");
}
