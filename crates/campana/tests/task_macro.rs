//! What `#[task]` makes of a function.
use campana::prelude::*;

#[derive(Debug)]
struct DivideByZero;
impl std::fmt::Display for DivideByZero {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("division by zero")
    }
}
impl std::error::Error for DivideByZero {}

#[task]
fn add(x: i64) -> i64 {
    x + 1
}

/// Divides.
#[task(name = "1/x task", tags = ["a"], retries = 0)]
fn div(x: i64) -> Result<i64, DivideByZero> {
    if x == 0 { Err(DivideByZero) } else { Ok(1 / x) }
}

#[test]
fn first() {
    let mut flow = Flow::new("Add Divide Flow");
    let res = flow.add(div(add(0)));
    let run = flow.run_blocking().unwrap();
    assert_eq!(run.result(res).unwrap(), &1);
    assert_eq!(add::run(3), 4);
    let run = {
        let mut flow = Flow::new("maps");
        let res = flow.add(div::map(add::map(vec![-3, 0])));
        let run = flow.run_blocking().unwrap();
        assert_eq!(run.result(res).unwrap(), &[0, 1]);
        run
    };
    assert!(run.is_successful());
}
