//! Reading a function: its attributes and signature. Its body is tokens, which the compiler judges better.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned as _;
use syn::{
    Attribute, Error, GenericParam, Path, Result, ReturnType, Safety, Signature, Token, Type, Visibility,
};

use crate::combine;
use crate::params::{self, Param};

/// A function that can be a task.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: TokenStream,
    pub(crate) params: Vec<Param>,
    pub(crate) output: Output,
}

/// What a function returns.
pub(crate) struct Output {
    /// The type of the task's value.
    pub(crate) value: TokenStream,
    /// The type of the error that it may return instead; `_` where another's `Result` hides it.
    pub(crate) error: Option<TokenStream>,
    /// Where its type stands.
    pub(crate) span: Span,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        if !begins_function(input) {
            let message = "`#[task]` goes on a function; a type becomes a task by `impl Task for ..`";
            return Err(input.error(message));
        }
        let sig: Signature = input.parse()?;
        if input.peek(Token![;]) {
            return Err(input.error("a task needs a body"));
        }
        let body = input.parse::<TokenTree>()?.into_token_stream();
        let mut wrong = None;
        misplaced(&sig, &mut wrong);
        let params = params::read(&sig.inputs, &mut wrong);
        let output = Output::read(&sig).unwrap_or_else(|error| {
            combine(&mut wrong, error);
            Output::nothing(sig.ident.span())
        });
        match wrong {
            Some(wrong) => Err(wrong),
            None => Ok(Self { attrs, vis, sig, body, params, output }),
        }
    }
}

fn begins_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    while ahead.peek(Token![const]) || ahead.peek(Token![async]) || ahead.peek(Token![unsafe]) {
        let _ = ahead.parse::<TokenTree>();
    }
    // `const async unsafe extern "C" fn`, but not a constant.
    ahead.peek(Token![fn]) || ahead.peek(Token![extern])
}

/// Notes what may stand in a signature, but not in that of a task.
fn misplaced(sig: &Signature, wrong: &mut Option<Error>) {
    let mut note = |at: &dyn ToTokens, message| combine(wrong, Error::new_spanned(at, message));
    if let Some(token) = &sig.constness {
        note(token, "a task runs in a flow, not when it is compiled: leave out `const`");
    }
    if let Safety::Unsafe(token) = &sig.safety {
        note(token, "the engine calls a task and cannot keep the promises of an `unsafe fn`: make it safe");
    }
    if let Some(abi) = &sig.abi {
        note(abi, "a task is a Rust function: leave out `extern`");
    }
    for param in &sig.generics.params {
        match param {
            GenericParam::Lifetime(_) => {
                note(param, "a task has no lifetimes: an input is borrowed for the run: write `&T`");
            }
            GenericParam::Type(_) | GenericParam::Const(_) => note(
                param,
                "a task is not generic: write it for one type, and let it call the generic function",
            ),
        }
    }
    if let (Some(clause), true) = (&sig.generics.where_clause, sig.generics.params.is_empty()) {
        note(clause, "a task is not generic, so nothing is left for `where` to say: leave it out");
    }
    if let Some(variadic) = &sig.variadic {
        note(variadic, "a task has as many inputs as its function has parameters: take a `Vec<T>`");
    }
}

impl Output {
    fn nothing(span: Span) -> Self {
        Self { value: quote!(()), error: None, span }
    }

    fn read(sig: &Signature) -> Result<Self> {
        let ReturnType::Type(_, ty) = &sig.output else { return Ok(Self::nothing(sig.ident.span())) };
        let ty = params::bare(ty);
        match ty {
            Type::Never(_) => {
                return Err(Error::new_spanned(ty, "a task returns: name the type of its value"));
            }
            Type::ImplTrait(_) => {
                let message = "a task's value has one type: name it; for a future write `async fn`";
                return Err(Error::new_spanned(ty, message));
            }
            Type::Reference(reference) if !params::is_static(reference.lifetime.as_ref()) => {
                let message =
                    "a task's value outlives its inputs: return one of its own, as `String` for `&str`";
                return Err(Error::new_spanned(ty, message));
            }
            _ => params::owned(ty)?,
        }
        let span = ty.span();
        let Some(segment) = result(ty) else {
            return Ok(Self { value: ty.to_token_stream(), error: None, span });
        };
        match params::type_arguments(segment)[..] {
            [value, ref error @ ..] => {
                let error = error.first().map_or_else(|| quote!(_), ToTokens::to_token_stream);
                Ok(Self { value: value.to_token_stream(), error: Some(error), span })
            }
            [] => {
                let message = "say what the task returns: `Result<T, E>`, with `()` for nothing";
                Err(Error::new(segment.span(), message))
            }
        }
    }
}

/// The last segment of a type that is a `Result`, whosever.
fn result(ty: &Type) -> Option<&syn::PathSegment> {
    let Type::Path(path) = ty else { return None };
    let Path { segments, .. } = &path.path;
    segments.last().filter(|segment| segment.ident == "Result")
}
