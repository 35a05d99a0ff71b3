use std::time::Duration;

use fivetuple::lab::{Cable, Put};
use fivetuple::tcp::{Loss, Moment, WireOrder};
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};

fn at(millis: u64) -> Moment {
    Moment::at(Duration::from_millis(millis))
}

fn put(cable: &mut Cable<u32>, millis: u64, frame: u32) -> Put {
    let put = cable.put(true);
    if put == Put::Kept {
        cable.keep(at(millis), true, frame);
    }
    put
}

fn due(cable: &mut Cable<u32>, millis: u64) -> Vec<u32> {
    std::iter::from_fn(|| cable.next_due(at(millis))).collect()
}

#[test]
fn nothing_is_kept_on_a_quick_wire() {
    let mut cable = Cable::<u32>::default();
    assert_eq!(cable.put(true), Put::Through);
    assert_eq!(cable.due(), None);
}

#[test]
fn what_is_delayed_is_due_after_its_time_and_in_its_order() {
    let mut cable = Cable::default();
    cable.order(WireOrder::Delay(Duration::from_millis(100)));
    put(&mut cable, 0, 1);
    put(&mut cable, 30, 2);
    assert_eq!(cable.due(), Some(at(100)));
    assert!(due(&mut cable, 99).is_empty());
    assert_eq!(due(&mut cable, 100), [1]);
    cable.order(WireOrder::Delay(Duration::ZERO));
    assert_eq!(put(&mut cable, 101, 3), Put::Kept, "it must not overtake");
    assert_eq!(due(&mut cable, 101), [2, 3]);
    assert_eq!(put(&mut cable, 102, 4), Put::Through);
}

#[test]
fn a_step_takes_one_segment_and_what_is_no_segment_before_it() {
    let mut cable = Cable::default();
    cable.order(WireOrder::Hold);
    cable.keep(at(0), false, 1);
    cable.keep(at(0), true, 2);
    cable.keep(at(0), false, 3);
    cable.keep(at(0), true, 4);
    assert_eq!(cable.order(WireOrder::Step), [(1, None), (2, None)]);
    assert_eq!(cable.order(WireOrder::DropNext), [(4, Some(Loss::Dropped))]);
    assert_eq!(cable.order(WireOrder::Step), [(3, None)]);
    assert!(cable.order(WireOrder::Step).is_empty());
}

#[test]
fn a_mended_wire_loses_no_more() {
    let mut cable = Cable::default();
    cable.order(WireOrder::DropNext);
    cable.order(WireOrder::Mend);
    assert_eq!(put(&mut cable, 0, 1), Put::Through);
}

#[test]
fn drops_are_counted_and_spare_what_is_no_segment() {
    let mut cable = Cable::<u32>::default();
    cable.order(WireOrder::DropNext);
    cable.order(WireOrder::DropNext);
    assert_eq!(cable.put(false), Put::Through);
    assert_eq!(cable.put(true), Put::Lost(Loss::Dropped));
    assert_eq!(cable.put(true), Put::Lost(Loss::Dropped));
    assert_eq!(cable.put(true), Put::Through);
}

fn orders() -> impl Strategy<Value = WireOrder> {
    prop_oneof![
        Just(WireOrder::Hold),
        Just(WireOrder::LetGo),
        Just(WireOrder::Step),
        Just(WireOrder::DropNext),
        Just(WireOrder::Cut),
        Just(WireOrder::Mend),
        (0_u64..300).prop_map(|millis| WireOrder::Delay(Duration::from_millis(millis))),
    ]
}

proptest! {
    /// Whatever is ordered, no frame overtakes another, none comes twice, and none vanishes.
    #[test]
    fn every_frame_leaves_once_and_in_order(
        steps in proptest::collection::vec((orders(), any::<bool>(), 0_u64..50), 0..200)
    ) {
        let mut cable = Cable::default();
        let (mut now, mut through, mut lost) = (0, Vec::new(), 0);
        let count = u32::try_from(steps.len()).unwrap();
        for (number, (order, orders, later)) in (0..).zip(steps) {
            now += later;
            if orders {
                for (frame, how) in cable.order(order) {
                    match how {
                        None => through.push(frame),
                        Some(_) => lost += 1,
                    }
                }
            }
            through.extend(due(&mut cable, now));
            match put(&mut cable, now, number) {
                Put::Through => through.push(number),
                Put::Lost(_) => lost += 1,
                Put::Kept => (),
            }
        }
        cable.order(WireOrder::LetGo);
        through.extend(due(&mut cable, now + 1000));
        assert!(through.is_sorted(), "{through:?}");
        through.dedup();
        assert_eq!(u32::try_from(through.len()).unwrap() + lost, count);
    }
}
