//! The attribute `#[task]`, which makes a task of a function.

use proc_macro::TokenStream;

/// Makes a task of a function.
#[proc_macro_attribute]
pub fn task(_settings: TokenStream, function: TokenStream) -> TokenStream {
    function
}
