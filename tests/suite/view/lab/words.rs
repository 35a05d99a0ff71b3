//! Rows, forms and menus of the lab on small screens.

use fivetuple::app::{Event, HOLDABLE_STATES, PointOfView, how_held};
use fivetuple::tcp::{LabEvent, LabLimits};

use crate::computers::{LAPTOP, LISTEN};
use crate::robot::Robot;
use crate::view::lab::cut_lines::connections;
use crate::view::{ALL, SMALL, USUAL, WIDE, screen, shows, shows_not, two_connections};

/// A UDP socket at the server's port, and one of the laptop's that is connected to it; each beside a TCP row.
fn with_udp() -> Robot {
    let mut robot = Robot::listening_in_lab();
    robot.tables(
        &[LISTEN, "udp 0 0 192.168.1.10:500 0.0.0.0:* CLOSED host=1 inode=21"],
        &[
            "tcp 0 0 192.168.1.13:40001 192.168.1.10:500 ESTABLISHED host=2 inode=31",
            "udp 0 0 192.168.1.13:40002 192.168.1.10:500 ESTABLISHED host=2 inode=32",
        ],
    );
    robot
}

#[test]
fn every_table_distinguishes_udp_and_tcp_rows() {
    let views = [(PointOfView::BothEnds, 2), (PointOfView::Server, 1), (PointOfView::Client, 1)];
    for (size, (view, wanted)) in ALL.into_iter().flat_map(|size| views.map(|view| (size, view))) {
        let mut robot = with_udp();
        robot.state.ui.row_filter.view = view;
        robot.state.ui.stale = true;
        let text = screen(&mut robot, size);
        let (_, table) = text.split_once('\n').unwrap();
        let udp = table.matches(" udp ").count() + table.matches("udp   ").count();
        assert!(udp >= wanted, "{size:?} {view:?}: {udp}\n{text}");
        let listens = |line: &&str| line.contains("LISTEN ") && line.contains(":*");
        assert!(table.lines().filter(listens).all(|line| !line.contains("udp")), "{text}");
    }
}

#[test]
fn a_udp_row_that_is_gone_is_still_one() {
    let mut robot = with_udp();
    robot.vanish(
        LAPTOP,
        &["udp 0 0 192.168.1.13:40002 192.168.1.10:500 ESTABLISHED host=2 inode=32"],
    );
    shows(&mut robot, &[WIDE], &["udp gone"]);
}

#[test]
fn a_capture_that_stopped_is_shown_as_long_as_the_lab_is_up() {
    let mut robot = Robot::in_lab(3);
    let why = String::from("No space left on device (ENOSPC)");
    robot.tell(Event::Lab(LabEvent::CaptureFailed(why)));
    shows(&mut robot, &ALL, &["capture stopped"]);
    robot.press("N");
    robot.tell(Event::Lab(LabEvent::Down(None)));
    shows_not(&mut robot, &ALL, &["capture stopped"]);
    robot.lab_comes_up(3, LabLimits::MEANT);
    shows(&mut robot, &ALL, &["capture stopped"]);
}

#[test]
fn the_end_of_a_cut_address_is_kept() {
    let mut robot = connections(1);
    robot.press("e");
    shows(&mut robot, &[SMALL], &["…1.13:40000"]);
    shows_not(&mut robot, &[SMALL], &["192.168.…"]);
}

#[test]
fn the_menu_of_states_is_complete_and_names_its_keys() {
    for (at, held) in HOLDABLE_STATES.iter().enumerate() {
        let mut robot = Robot::in_lab(3);
        robot.press("S");
        (0..at).for_each(|_| robot.press("j"));
        for size in ALL {
            let text = screen(&mut robot, size);
            let inside = text.lines().filter_map(|line| line.split('┃').nth(1));
            let words: Vec<&str> = inside.flat_map(str::split_whitespace).collect();
            let how = how_held(*held, true);
            assert!(words.join(" ").ends_with(&how), "{size:?}: {text}");
            assert!(text.contains("1-9 Enter hold"), "{size:?}: {text}");
        }
        for size in [WIDE, USUAL] {
            let text = screen(&mut robot, size);
            let cut = text.lines().find(|line| line.contains("┃") && line.contains('…'));
            assert_eq!(cut, None, "{size:?}");
        }
    }
}

#[test]
fn the_port_form_counts_descriptors_needed_and_available() {
    let mut robot = Robot::in_lab(3);
    robot.press("P ctrl-u");
    robot.type_text("1024-65535");
    shows(&mut robot, &[WIDE, USUAL], &["they need 64,512 of 20,000 descriptors"]);
}

#[test]
fn large_numbers_have_commas_everywhere() {
    let mut robot = Robot::listening_in_lab();
    let full = LISTEN.replace("tcp 0 128", "tcp 18912 65535");
    robot.tables(&[&full], &[]);
    shows(&mut robot, &[WIDE], &["18,912 of 65,535"]);
}

#[test]
fn below_the_ladder_the_key_that_scrolls_it_is_named() {
    let mut robot = connections(1);
    robot.press("t");
    for size in [WIDE, USUAL] {
        let text = screen(&mut robot, size);
        let footer = text.lines().last().unwrap_or_default();
        assert!(footer.contains("PageUp scroll"), "{size:?}: {footer}");
    }
    let mut empty = Robot::in_lab(3);
    empty.press("t");
    shows_not(&mut empty, &[WIDE], &["PageUp"]);
    let mut loopback = two_connections();
    loopback.press("t");
    shows(&mut loopback, &[USUAL], &["PageUp scroll"]);
}

#[test]
fn titles_of_panes_are_never_cut() {
    for wide in 60..=130 {
        let mut robot = connections(1);
        robot.press("w");
        let text = screen(&mut robot, (wide, 24));
        let broken = |line: &&str| line.contains("Remote computer") && line.contains(" of ");
        for line in text.lines().filter(broken) {
            assert!(line.contains(" of 3 "), "{wide}: {text}");
        }
        robot.press("e");
        let text = screen(&mut robot, (wide, 24));
        let foot = text.lines().find(|line| line.contains(" to 192."));
        assert!(!foot.unwrap().contains('…'), "{wide}: {text}");
        robot.press("i");
        let text = screen(&mut robot, (wide, 24));
        let title = text.lines().find(|line| line.contains("Calls"));
        assert!(!title.unwrap().contains('…'), "{wide}: {text}");
    }
}
