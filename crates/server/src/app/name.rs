//! Names for runs that nobody has named: two words that people can say.

use uuid::Uuid;

const HOW: &[&str] = &[
    "able", "amber", "ample", "bold", "brave", "brisk", "bright", "calm", "candid", "clear", "clever",
    "cosy", "crisp", "deft", "eager", "early", "even", "fair", "fleet", "fond", "frank", "gentle", "glad",
    "golden", "grand", "hardy", "honest", "humble", "jolly", "keen", "kind", "lively", "loyal", "lucid",
    "mellow", "merry", "mild", "modest", "neat", "nimble", "noble", "patient", "placid", "plucky", "polite",
    "prompt", "proud", "quick", "quiet", "ready", "rosy", "serene", "sharp", "silver", "sleek", "smooth",
    "steady", "sunny", "swift", "tidy", "vivid", "warm", "wise", "witty",
];

const WHAT: &[&str] = &[
    "acorn", "alder", "anchor", "aspen", "badger", "beacon", "bell", "birch", "bison", "brook", "canyon",
    "cedar", "chime", "comet", "coral", "crane", "delta", "dingo", "eagle", "ember", "falcon", "fern",
    "finch", "fjord", "gecko", "glacier", "grove", "harbour", "hazel", "heron", "ibis", "island", "jackal",
    "jay", "kestrel", "lagoon", "lark", "linden", "lynx", "maple", "marten", "meadow", "moose", "newt",
    "oak", "orchid", "otter", "owl", "panda", "pebble", "pine", "plover", "puffin", "quail", "raven", "reef",
    "robin", "sparrow", "stork", "swan", "thrush", "tundra", "walnut", "wren",
];

/// A name for what has this id; the id's last bytes, which are random, choose it.
pub(crate) fn of(id: Uuid) -> String {
    let [.., how, what] = id.into_bytes();
    let word = |words: &[&'static str], byte: u8| words[usize::from(byte) % words.len()];
    format!("{}-{}", word(HOW, how), word(WHAT, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_two_words_and_stays_the_same() {
        assert_eq!(of(Uuid::from_u128(0x0400)), "brave-acorn");
        assert_eq!(of(Uuid::from_u128(0xffff)), of(Uuid::from_u128(0xffff)));
        let count = |words: &[&str]| words.iter().collect::<std::collections::BTreeSet<_>>().len();
        assert_eq!((count(HOW), count(WHAT)), (64, 64));
    }
}
