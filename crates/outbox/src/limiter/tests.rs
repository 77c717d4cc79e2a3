use super::*;
use crate::testing::claimed;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn limiter() -> Limiter {
    Limiter::new(2, 3, [5, 10].map(Duration::from_secs).into())
}

fn is_sent(admission: &Admission) -> bool {
    matches!(admission, Admission::Send(_))
}

fn troubled() -> Health {
    Health::Troubled("answered 500".to_owned())
}

fn down(after: Option<u64>) -> Health {
    Health::Down("answered 429".to_owned(), after.map(Duration::from_secs))
}

/// One attempt from its beginning to its end.
fn attempt(limiter: &mut Limiter, health: Health, now: Timestamp) -> Left {
    assert!(is_sent(&limiter.admit(claimed("a"), now)), "sent at {now}");
    limiter.leave("a", health, now)
}

fn until(left: &Left) -> Option<Timestamp> {
    match left.turn {
        Some(Turn::Paused { until, .. }) => Some(until),
        _ => None,
    }
}

#[test]
fn what_exceeds_the_places_of_a_destination_waits_in_order_and_others_do_not() {
    let mut limiter = limiter();
    let [first, second] = [claimed("a"), claimed("a")];
    assert_eq!([(); 2].map(|()| is_sent(&limiter.admit(claimed("a"), at(0)))), [true; 2]);
    assert_eq!(limiter.admit(first.clone(), at(0)), Admission::Queued);
    assert_eq!(limiter.admit(second.clone(), at(0)), Admission::Queued);
    assert!(is_sent(&limiter.admit(claimed("b"), at(0))));
    assert_eq!(limiter.leave("a", Health::Well, at(1)).next, [first]);
    assert_eq!(limiter.leave("a", Health::Unknown, at(1)).next, [second]);
}

#[test]
fn a_destination_that_is_idle_and_well_is_forgotten() {
    let mut limiter = limiter();
    attempt(&mut limiter, troubled(), at(0));
    assert_eq!(limiter.destinations.len(), 1);
    attempt(&mut limiter, Health::Well, at(0));
    assert_eq!(limiter.destinations.len(), 0);
}

#[test]
fn failures_in_a_row_pause_it_and_a_success_between_them_does_not() {
    let mut limiter = limiter();
    for health in [troubled(), troubled(), Health::Well, troubled(), Health::Unknown, troubled()] {
        assert_eq!(attempt(&mut limiter, health, at(0)).turn, None);
    }
    let turn = attempt(&mut limiter, troubled(), at(0)).turn;
    let reason = "answered 500".to_owned();
    assert_eq!(turn, Some(Turn::Paused { failures: 3, until: at(5), reason, probe_failed: false }));
    assert_eq!((limiter.paused(), limiter.paused_until("a")), (1, Some(at(5))));
}

#[test]
fn while_it_is_paused_nothing_is_sent_and_what_waited_goes_back() {
    let mut limiter = limiter();
    let waits = claimed("a");
    for _ in 0..2 {
        limiter.admit(claimed("a"), at(0));
    }
    limiter.admit(waits.clone(), at(0));
    let left = limiter.leave("a", down(Some(60)), at(1));
    assert_eq!((until(&left), left.refused, left.next), (Some(at(61)), vec![waits], vec![]));
    let late = claimed("a");
    assert_eq!(limiter.admit(late.clone(), at(60)), Admission::Refused(late, at(61)));
    assert_eq!(limiter.leave("a", Health::Well, at(2)).turn, None, "it was in flight before the pause");
}

#[test]
fn after_the_pause_there_is_one_probe() {
    let mut limiter = limiter();
    attempt(&mut limiter, down(None), at(0));
    assert_eq!((limiter.next_end(), limiter.ended(at(4))), (Some(at(5)), vec![]));
    assert_eq!(limiter.ended(at(5)), ["a"]);
    assert_eq!((limiter.next_end(), limiter.ended(at(5))), (None, vec![]));
    assert!(is_sent(&limiter.admit(claimed("a"), at(5))));
    assert!(matches!(limiter.admit(claimed("a"), at(5)), Admission::Refused(..)));
    assert_eq!(limiter.leave("a", Health::Well, at(6)).turn, Some(Turn::Recovered));
    assert_eq!(limiter.paused(), 0);
    assert!(is_sent(&limiter.admit(claimed("a"), at(6))));
}

#[test]
fn after_the_probe_its_places_grow_with_each_answer() {
    let mut limiter = Limiter::new(4, 3, vec![Duration::from_secs(5)]);
    attempt(&mut limiter, down(None), at(0));
    let mut crowd = |now| (0..9).filter(|_| is_sent(&limiter.admit(claimed("a"), now))).count();
    assert_eq!(crowd(at(5)), 1);
    let left = limiter.leave("a", Health::Well, at(6));
    assert_eq!((left.turn, left.places, left.next.len()), (Some(Turn::Recovered), Some(Some(2)), 0));
    for _ in 0..9 {
        limiter.admit(claimed("a"), at(6));
    }
    let grown = [(); 3].map(|()| {
        let left = limiter.leave("a", Health::Well, at(6));
        (left.places, left.next.len())
    });
    assert_eq!(grown, [(Some(Some(3)), 2), (Some(None), 2), (None, 1)]);
    assert_eq!(limiter.destinations["a"].sending, 4);
}

#[test]
fn each_probe_that_fails_makes_the_pause_longer_up_to_the_longest() {
    let mut limiter = limiter();
    let mut now = at(0);
    let mut lengths = Vec::new();
    for health in [down(None), troubled(), down(None), troubled()] {
        let left = attempt(&mut limiter, health, now);
        let Some(Turn::Paused { until, probe_failed, .. }) = left.turn else { unreachable!() };
        assert_eq!(probe_failed, !lengths.is_empty());
        lengths.push(until.duration_since(now).as_secs());
        now = until;
    }
    assert_eq!(lengths, [5, 10, 10, 10]);
}

#[test]
fn a_pause_is_as_long_as_the_provider_asks_and_an_hour_at_most() {
    assert_eq!(until(&attempt(&mut limiter(), down(Some(30)), at(0))), Some(at(30)));
    assert_eq!(until(&attempt(&mut limiter(), down(Some(2)), at(0))), Some(at(2)));
    assert_eq!(until(&attempt(&mut limiter(), down(Some(0)), at(0))), Some(at(1)));
    assert_eq!(until(&attempt(&mut limiter(), down(Some(9_999)), at(0))), Some(at(3_600)));
}

#[test]
fn a_short_wait_that_did_not_help_gives_way_to_our_own() {
    let mut limiter = limiter();
    assert_eq!(until(&attempt(&mut limiter, down(Some(1)), at(0))), Some(at(1)));
    assert_eq!(until(&attempt(&mut limiter, down(Some(1)), at(1))), Some(at(6)));
    assert_eq!(until(&attempt(&mut limiter, down(Some(30)), at(6))), Some(at(36)));
}

#[test]
fn a_pause_grows_when_one_that_was_in_flight_is_told_to_wait_longer() {
    let mut limiter = limiter();
    limiter.admit(claimed("a"), at(0));
    limiter.admit(claimed("a"), at(0));
    assert_eq!(until(&limiter.leave("a", down(Some(30)), at(0))), Some(at(30)));
    assert_eq!(until(&limiter.leave("a", down(Some(40)), at(0))), Some(at(40)));
    assert_eq!((limiter.next_end(), limiter.ends.len()), (Some(at(40)), 1));
    assert_eq!(limiter.leave("a", down(None), at(1)).turn, None);
}

#[test]
fn a_pause_from_before_the_start_goes_on() {
    let mut limiter = limiter();
    limiter.remember("a", 4, at(9));
    let refused = claimed("a");
    assert_eq!(limiter.admit(refused.clone(), at(8)), Admission::Refused(refused, at(9)));
    assert_eq!(limiter.ended(at(9)), ["a"]);
    assert_eq!(until(&attempt(&mut limiter, troubled(), at(9))), Some(at(19)));
}

#[test]
fn what_waits_can_be_taken_out() {
    let mut limiter = limiter();
    let waits = claimed("a");
    limiter.admit(claimed("a"), at(0));
    limiter.admit(claimed("a"), at(0));
    limiter.admit(waits.clone(), at(0));
    assert_eq!(limiter.drain(), [waits]);
    assert_eq!(limiter.leave("a", Health::Well, at(0)).next, []);
}
