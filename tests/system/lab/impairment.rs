use std::collections::BTreeSet;
use std::time::Duration;

use fivetuple::lab::{FrameFate, FrameInfo, Impairment};
use fivetuple::tcp::{DropReason, Moment, WireOrder};
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};

fn at(millis: u64) -> Moment {
    Moment::at(Duration::from_millis(millis))
}

const SEGMENT: FrameInfo = FrameInfo { is_segment: true, bytes: 66 };
const OTHER: FrameInfo = FrameInfo { is_segment: false, bytes: 42 };

fn put(cable: &mut Impairment<u32>, millis: u64, frame: u32) -> FrameFate {
    put_long(cable, millis, (frame, SEGMENT.bytes))
}

/// Puts a segment of so many bytes on the cable.
fn put_long(cable: &mut Impairment<u32>, millis: u64, (frame, bytes): (u32, usize)) -> FrameFate {
    let load = FrameInfo { bytes, ..SEGMENT };
    let put = cable.put(load);
    if put == FrameFate::Held {
        cable.keep(at(millis), load, frame);
    }
    put
}

fn due(cable: &mut Impairment<u32>, millis: u64) -> Vec<u32> {
    std::iter::from_fn(|| cable.next_due(at(millis))).collect()
}

#[test]
fn what_is_delayed_is_due_after_its_time_and_in_its_order() {
    let mut cable = Impairment::default();
    cable.order(WireOrder::Delay(Duration::from_millis(100)));
    put(&mut cable, 0, 1);
    put(&mut cable, 30, 2);
    assert_eq!(cable.due(), Some(at(100)));
    assert!(due(&mut cable, 99).is_empty());
    assert_eq!(due(&mut cable, 100), [1]);
    cable.order(WireOrder::Delay(Duration::ZERO));
    assert_eq!(put(&mut cable, 101, 3), FrameFate::Held, "it must not overtake");
    assert_eq!(due(&mut cable, 101), [2, 3]);
    assert_eq!(put(&mut cable, 102, 4), FrameFate::Forward);
}

#[test]
fn a_step_takes_one_segment_and_what_is_no_segment_before_it() {
    let mut cable = Impairment::default();
    cable.order(WireOrder::Hold);
    cable.keep(at(0), OTHER, 1);
    cable.keep(at(0), SEGMENT, 2);
    cable.keep(at(0), OTHER, 3);
    cable.keep(at(0), SEGMENT, 4);
    assert!(cable.order(WireOrder::Step).is_empty());
    assert_eq!(cable.owed(), 1);
    assert_eq!(cable.order(WireOrder::DropNext), [(4, DropReason::Dropped)]);
    assert_eq!(due(&mut cable, 0), [1, 2]);
    assert_eq!(cable.owed(), 0);
    // No segment is left that it could let through.
    cable.order(WireOrder::Step);
    assert!(due(&mut cable, 0).is_empty());
}

#[test]
fn drops_are_counted_spare_what_is_no_segment_and_end_when_the_wire_is_mended() {
    let mut cable = Impairment::<u32>::default();
    for _ in 0..3 {
        cable.order(WireOrder::DropNext);
    }
    assert_eq!(cable.put(OTHER), FrameFate::Forward);
    assert_eq!(cable.put(SEGMENT), FrameFate::Lost(DropReason::Dropped));
    assert_eq!(cable.put(SEGMENT), FrameFate::Lost(DropReason::Dropped));
    cable.order(WireOrder::Reconnect);
    assert_eq!(cable.put(SEGMENT), FrameFate::Forward);
}

const QUARTER: usize = Impairment::<u32>::MOST_BYTES / 4;

#[test]
fn a_full_cable_loses_what_comes_tells_so_once_and_has_room_again_for_what_left() {
    let leaves = [WireOrder::Step, WireOrder::DropNext, WireOrder::Cut, WireOrder::Release];
    for order in leaves {
        let mut cable = Impairment::default();
        cable.order(WireOrder::Hold);
        for frame in 0..4 {
            assert_eq!(put_long(&mut cable, 0, (frame, QUARTER)), FrameFate::Held);
        }
        assert_eq!(cable.overflows(), None);
        for frame in 4..6 {
            assert_eq!(put(&mut cable, 0, frame), FrameFate::Lost(DropReason::Full));
        }
        assert_eq!(cable.overflows(), Some((4, 4 * QUARTER)));
        assert_eq!(put(&mut cable, 0, 6), FrameFate::Lost(DropReason::Full));
        assert_eq!(cable.overflows(), None, "once is enough");
        let left = cable.order(order).len() + due(&mut cable, 0).len();
        cable.order(WireOrder::Reconnect);
        cable.order(WireOrder::Hold);
        for frame in 0..u32::try_from(left).unwrap() {
            let put = put_long(&mut cable, 1, (10 + frame, QUARTER));
            assert_eq!(put, FrameFate::Held, "{order:?}");
        }
        assert_eq!(put(&mut cable, 1, 20), FrameFate::Lost(DropReason::Full), "{order:?}");
        // It was empty in between where all had left.
        let told = cable.overflows().is_some();
        assert_eq!(told, left == 4, "{order:?}");
    }
}

#[test]
fn frames_are_bounded_by_their_number_too() {
    let mut cable = Impairment::default();
    cable.order(WireOrder::Hold);
    let most = u32::try_from(Impairment::<u32>::MOST).unwrap();
    for frame in 0..most {
        assert_eq!(put(&mut cable, 0, frame), FrameFate::Held);
    }
    assert_eq!(put(&mut cable, 0, most), FrameFate::Lost(DropReason::Full));
}

fn orders() -> impl Strategy<Value = WireOrder> {
    prop_oneof![
        Just(WireOrder::Hold),
        Just(WireOrder::Release),
        Just(WireOrder::Step),
        Just(WireOrder::DropNext),
        Just(WireOrder::Cut),
        Just(WireOrder::Reconnect),
        (0_u64..300).prop_map(|millis| WireOrder::Delay(Duration::from_millis(millis))),
    ]
}

proptest! {
    /// Whatever is ordered, no frame overtakes another, none comes twice, and none vanishes; and what waits is what was counted.
    #[test]
    fn every_frame_leaves_once_and_in_order(
        steps in proptest::collection::vec((orders(), any::<bool>(), 0_u64..50, 0..QUARTER), 0..200)
    ) {
        let mut cable = Impairment::default();
        let (mut now, mut through, mut lost) = (0, Vec::new(), 0);
        let count = u32::try_from(steps.len()).unwrap();
        let lengths: Vec<usize> = steps.iter().map(|(.., bytes)| *bytes).collect();
        let mut waiting = BTreeSet::new();
        for (number, (order, orders, later, bytes)) in (0..).zip(steps) {
            now += later;
            if orders {
                for (frame, _) in cable.order(order) {
                    waiting.remove(&frame);
                    lost += 1;
                }
            }
            let arrived = due(&mut cable, now);
            waiting.retain(|frame| !arrived.contains(frame));
            through.extend(arrived);
            let waits: usize = waiting.iter().map(|frame: &u32| lengths[*frame as usize]).sum();
            let has_room = waits + bytes <= Impairment::<u32>::MOST_BYTES;
            match put_long(&mut cable, now, (number, bytes)) {
                FrameFate::Forward => through.push(number),
                FrameFate::Held => {
                    assert!(has_room);
                    waiting.insert(number);
                }
                FrameFate::Lost(how) => {
                    assert!(how != DropReason::Full || !has_room);
                    lost += 1;
                }
            }
        }
        cable.order(WireOrder::Release);
        through.extend(due(&mut cable, now + 1000));
        assert!(through.is_sorted(), "{through:?}");
        through.dedup();
        assert_eq!(u32::try_from(through.len()).unwrap() + lost, count);
    }
}
