//! What the compiler says when a task is written or used wrongly. `TRYBUILD=overwrite` writes it down anew.

#[test]
fn errors_say_what_to_write() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
