//! The attribute `#[task]`, which makes a task of a function.
//!
//! The way of a function: `parse` reads its signature and leaves its body alone, `params` says where each of
//! its parameters comes from, `settings` reads what stands in the attribute, and `expand` writes the task.
//! What is written names everything by its path in the crate `campana`. A mistake is an error at the very token
//! that is wrong, and says what to write instead; the function then stays as it is, so that the editor still
//! knows it.

mod expand;
mod params;
mod parse;
mod settings;

use proc_macro::TokenStream;
use syn::Error;

use crate::parse::Function;
use crate::settings::Settings;

/// Makes a task of a function.
///
/// ```
/// use campana::prelude::*;
///
/// #[task(name = "1/x task", retries = 3)]
/// fn div(x: f64) -> Result<f64, String> {
///     if x == 0.0 { Err("division by zero".to_owned()) } else { Ok(1.0 / x) }
/// }
///
/// #[task]
/// async fn sum(xs: &[f64]) -> f64 {
///     xs.iter().sum()
/// }
///
/// let mut flow = Flow::new("harmonic");
/// let total = flow.add(sum(div::map(vec![1.0, 2.0, 4.0])));
/// let run = flow.run_blocking()?;
/// assert_eq!(run.result(total)?, &1.75);
/// # Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
/// ```
///
/// The function's name then means four things:
///
/// * `div(x)` makes a `Call<f64>`, where `x` is an `f64`, or a node, call or parameter whose value is one;
/// * `div::map(xs)` makes a `Call<Vec<f64>>` that runs once for each element of a list; an input that is the
///   same for all is `unmapped(..)`;
/// * `div::run(4.0)` is the plain function, as it was written;
/// * `div::spec()` is the task itself, shared by all its calls.
///
/// # Functions
/// The function may be async. It returns a `T`, nothing, or a `Result<T, E>` by that name (that of `std::io` or
/// `anyhow` too), whose error is any that a `Box<dyn Error + Send + Sync>` can be made of. Inside of it, its name
/// is the plain function.
///
/// # Parameters
/// | Written | Input | Gets |
/// |---|---|---|
/// | `x: T` | `T` | a clone |
/// | `x: &T` | `T` | the value itself, which stays shared |
/// | `x: &str`, `&[T]`, `&Path` | `String`, `Vec<T>`, `PathBuf` | the same |
/// | `x: Outcome<T>`, `&Outcome<T>` | `T` | what the upstream ended with, even without a value |
/// | `x: Vec<Outcome<T>>`, `&[Outcome<T>]` | `Vec<T>` | the same for each element of a list |
/// | `x: Context`, `&Context` | none | the context of the run; a type of your own by that name is `self::Context` |
///
/// # Settings
/// The words are those of the trait `Settings`: `name`, `tags`, `retries`, `retry_delay`, `retry_delays`,
/// `retry_delay_fn`, `timeout`, `trigger`, `skip_on_upstream_skip`, `cache_for`, `cache_validator`, `cache_key`,
/// `on_failure`; and
///
/// * `state_handlers = [a, b]`, called in this order;
/// * `run_name = "load {table}"`, a format string over the inputs, or a closure of `&Inputs`;
/// * `persist`: the result can be written down, and the inputs compared by their JSON.
///
/// They are evaluated once, when the first call is made.
#[proc_macro_attribute]
pub fn task(settings: TokenStream, function: TokenStream) -> TokenStream {
    let untouched = proc_macro2::TokenStream::from(function.clone());
    let (settings, mut wrong) = Settings::parse(settings.into());
    let written = syn::parse(function).map(|function: Function| expand::task(&function, &settings));
    let written = written.unwrap_or_else(|error| {
        combine(&mut wrong, error);
        untouched
    });
    let wrong = wrong.map(Error::into_compile_error);
    quote::quote!(#written #wrong).into()
}

/// Adds `error` to those that there are.
fn combine(errors: &mut Option<Error>, error: Error) {
    match errors {
        Some(errors) => errors.combine(error),
        None => *errors = Some(error),
    }
}
