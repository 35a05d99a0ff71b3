//! Colours: legible on their ground, distinguishable with any colour vision, the same for one end wherever it stands.

use fivetuple::app::{Event, Holder};
use fivetuple::cli::ThemeName;
use fivetuple::tcp::{Endpoint, ListenSpec, Owner, TcpState};
use fivetuple::view::{ColourDepth, Theme, ThemeRole};
use ratatui::style::{Color, Style};

use crate::robot::{LISTEN, Robot, own};
use crate::view::{LAPTOP, PHONE, joined, two_connections};

type Rgb = [u8; 3];

const DEPTHS: [ColourDepth; 2] = [ColourDepth::True, ColourDepth::Ansi256];

fn computers(theme: Theme) -> impl Iterator<Item = Style> {
    (0..Theme::HUES).map(move |n| theme.end(Some(Holder::Client(n))))
}

#[test]
fn every_colour_can_be_read_on_every_ground() {
    for name in Theme::ORDER {
        let least = if name == ThemeName::HighContrast { 7.0 } else { 4.5 };
        for depth in DEPTHS {
            let theme = Theme::new(name, depth, false);
            let lit = theme.lit().bg.and_then(rgb);
            let states = TcpState::ALL.map(|state| theme.state(state));
            let roles = ThemeRole::all().map(|role| theme.of(role)).chain(states);
            let ends = computers(theme).chain([theme.path(Some(Holder::SERVERS))]);
            for style in roles.chain(ends) {
                let Some(ink) = style.fg.and_then(rgb) else { continue };
                for ground in [Some(theme.assumed_ground()), lit].into_iter().flatten() {
                    let contrast = contrast(ink, ground);
                    assert!(contrast >= least, "{name:?} {depth:?} {ink:?} {ground:?}: {contrast}");
                }
            }
            let server = theme.end(Some(Holder::SERVERS));
            if let Some((ink, plate)) = server.fg.and_then(rgb).zip(server.bg.and_then(rgb)) {
                assert!(contrast(ink, plate) >= least, "{name:?} {depth:?} {ink:?} {plate:?}");
            }
        }
    }
}

/// What red, green and blue light become, each of three, with normal vision, without red cones, and without green ones (Machado,
/// Oliveira and Fernandes, 2009).
const VISIONS: [(&str, [[f64; 3]; 3]); 3] = [
    ("normal", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "protanopia",
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
    ),
    (
        "deuteranopia",
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
    ),
];

#[test]
fn computers_differ_in_hue_with_any_colour_vision() {
    for name in [ThemeName::Dark, ThemeName::Light, ThemeName::HighContrast] {
        // The cube of 256 has fewer that are dark enough for a light ground.
        for (depth, apart) in DEPTHS.into_iter().zip([Theme::HUES, 4]) {
            let theme = Theme::new(name, depth, false);
            let hues: Vec<Rgb> =
                computers(theme).filter_map(|style| style.fg.and_then(rgb)).collect();
            assert_eq!(hues.len(), Theme::HUES);
            for (vision, seen_as) in VISIONS {
                for (n, one) in hues.iter().enumerate() {
                    for other in hues[..apart].iter().skip(n + 1) {
                        // 2.3 is the least that can be noticed side by side.
                        let far = distance(lab(*one, seen_as), lab(*other, seen_as));
                        assert!(
                            far >= 10.0,
                            "{name:?} {depth:?} {vision} {one:?} {other:?}: {far}"
                        );
                    }
                }
            }
        }
    }
    let sixteen = Theme::new(ThemeName::Dark, ColourDepth::Ansi16, false);
    let hues: std::collections::HashSet<_> = computers(sixteen).map(|style| style.fg).collect();
    assert_eq!(hues.len(), Theme::HUES);
}

#[test]
fn the_server_looks_like_nothing_else() {
    for name in Theme::ORDER {
        for depth in
            [ColourDepth::Mono, ColourDepth::Ansi16, ColourDepth::Ansi256, ColourDepth::True]
        {
            let theme = Theme::new(name, depth, false);
            let server = theme.end(Some(Holder::SERVERS));
            let others = computers(theme).chain([theme.end(None), theme.lit()]);
            let roles = ThemeRole::all().map(|role| theme.of(role));
            assert!(others.chain(roles).all(|style| style != server), "{name:?} {depth:?}");
        }
    }
}

#[test]
fn an_end_is_the_servers_a_computers_or_another_programs() {
    let mut robot = two_connections();
    let curl = "tcp 0 0 127.0.0.2:40000 127.0.0.1:5000 ESTABLISHED inode=77";
    let (sshd, away) = ("tcp 0 9 127.0.0.1:22 0.0.0.0:* LISTEN inode=3", "10.0.0.9:40000");
    let (far, udp) = (curl.replace("127.0.0.2:40000", away), curl.replace("tcp", "udp"));
    robot.kernel(&joined(&[LISTEN, sshd, LAPTOP[0], LAPTOP[1], PHONE[0], PHONE[1], curl]));
    robot.tell(Event::OwnersFound(vec![(77, Owner::new(999, b"curl", 3))]));
    let (server, laptop, phone) =
        (Some(Holder::SERVERS), Some(Holder::Client(0)), Some(Holder::Client(1)));
    for (row, wanted) in [
        (LISTEN, [server, None]),
        (LAPTOP[0], [server, laptop]),
        (LAPTOP[1], [laptop, server]),
        (PHONE[1], [phone, server]),
        (curl, [None, server]),
        (&far, [None, server]),
        (sshd, [None, None]),
        // TCP's port 5000 is not UDP's.
        (&udp, [laptop, None]),
    ] {
        assert_eq!(robot.state.whose_ends(own(row, 1).name), wanted, "{row}");
    }
    robot.kernel("tcp 0 0 127.0.0.2:54240 127.0.0.1:5000 TIME_WAIT timewait=47300ms/0");
    assert_eq!(robot.state.whose_ends(own(LAPTOP[1], 1).name), [laptop, server]);
    // A client at the server's own port, of a server that listens on every address.
    let mut robot = Robot::new();
    let spec = ListenSpec::at(Endpoint::new([0, 0, 0, 0], 5000));
    let twin = "tcp 0 0 127.0.0.3:5000 127.0.0.1:5000 TIME_WAIT timewait=47300ms/0";
    robot.listens(spec, "tcp 0 128 0.0.0.0:5000 0.0.0.0:* LISTEN inode=9");
    robot.kernel(twin);
    assert_eq!(robot.state.whose_ends(own(twin, 1).name), [phone, server]);
}

fn rgb(colour: Color) -> Option<Rgb> {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    if let Color::Rgb(r, g, b) = colour {
        return Some([r, g, b]);
    }
    let Color::Indexed(n) = colour else { return None };
    let n = n.checked_sub(16)?;
    if n >= 216 {
        return Some([8 + (n - 216) * 10; 3]);
    }
    Some([n / 36, n / 6 % 6, n % 6].map(|step| STEPS[usize::from(step)]))
}

fn contrast(one: Rgb, other: Rgb) -> f64 {
    let [one, other] = [one, other].map(luminance);
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// WCAG 2.2, relative luminance.
fn luminance(colour: Rgb) -> f64 {
    let [r, g, b] = light(colour);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn light(colour: Rgb) -> [f64; 3] {
    colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

/// CIE 1976 L*a*b* of what that vision makes of a colour.
fn lab(colour: Rgb, seen_as: [[f64; 3]; 3]) -> [f64; 3] {
    const XYZ: [[f64; 3]; 3] =
        [[0.4339, 0.3762, 0.1899], [0.2126, 0.7152, 0.0722], [0.0177, 0.1095, 0.8729]];
    let times = |matrix: [[f64; 3]; 3], [r, g, b]: [f64; 3]| {
        matrix.map(|row| (row[0] * r + row[1] * g + row[2] * b).clamp(0.0, 1.0))
    };
    let [x, y, z] = times(XYZ, times(seen_as, light(colour)))
        .map(|part| if part > 0.008_856 { part.cbrt() } else { 7.787 * part + 16.0 / 116.0 });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

fn distance(one: [f64; 3], other: [f64; 3]) -> f64 {
    one.iter().zip(other).map(|(one, other)| (one - other).powi(2)).sum::<f64>().sqrt()
}
