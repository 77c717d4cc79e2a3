//! What stands in the attribute: the words of the trait `Settings`, and some that need to know the function.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::spanned::Spanned as _;
use syn::{Error, Expr, ExprLit, Ident, Lit, LitStr, Result, Token};

use crate::combine;
use crate::parse::Function;

/// The settings that there are.
const KNOWN: [&str; 16] = [
    "name",
    "tags",
    "retries",
    "retry_delay",
    "retry_delays",
    "retry_delay_fn",
    "timeout",
    "trigger",
    "skip_on_upstream_skip",
    "cache_for",
    "cache_validator",
    "cache_key",
    "state_handlers",
    "on_failure",
    "run_name",
    "persist",
];

/// The settings of a task, in the order in which they were written.
pub(crate) struct Settings(Vec<Setting>);

struct Setting {
    key: Ident,
    value: Expr,
}

impl Settings {
    /// Reads what stands in the attribute. What is wrong is noted, and left out.
    pub(crate) fn parse(attribute: TokenStream) -> (Self, Option<Error>) {
        let mut settings = Vec::new();
        let mut wrong = None;
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = Setting::parse(input, &settings).map(|setting| settings.push(setting)) {
                    combine(&mut wrong, error);
                }
                skip_to_comma(input);
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(attribute) {
            combine(&mut wrong, error);
        }
        (Self(settings), wrong)
    }

    fn get(&self, key: &str) -> Option<&Expr> {
        self.0.iter().find(|setting| setting.key == key).map(|setting| &setting.value)
    }

    /// The task's name, if it is not the function's.
    pub(crate) fn name(&self) -> Option<&Expr> {
        self.get("name")
    }

    /// Whether results can be written down.
    pub(crate) fn persists(&self) -> bool {
        matches!(self.get("persist"), Some(Expr::Lit(ExprLit { lit: Lit::Bool(flag), .. })) if flag.value)
    }

    /// Whether inputs can be compared: for the task's own validator, or for one that a call may set.
    pub(crate) fn compares_inputs(&self) -> bool {
        self.persists() || self.get("cache_validator").is_some_and(looks_at_inputs)
    }

    /// The statements that set them on the variable `spec`.
    pub(crate) fn statements(&self, spec: &Ident, function: &Function) -> Vec<TokenStream> {
        let statement = |setting: &Setting| setting.statement(spec, function);
        self.0.iter().map(|setting| statement(setting).unwrap_or_else(Error::into_compile_error)).collect()
    }
}

impl Setting {
    fn statement(&self, spec: &Ident, function: &Function) -> Result<TokenStream> {
        let Self { key, value } = self;
        let set = |key: &Ident, value: &dyn ToTokens, at: Span| quote_spanned!(at=> let #spec = ::campana::Settings::#key(#spec, #value););
        Ok(match (key.to_string().as_str(), value) {
            // They are no settings of a call: see `name` and `persists`.
            ("name" | "persist", _) => TokenStream::new(),
            // A list of nothing has no type.
            ("tags" | "retry_delays", Expr::Array(list)) if list.elems.is_empty() => TokenStream::new(),
            ("state_handlers", Expr::Array(list)) => {
                let one = Ident::new("state_handler", key.span());
                list.elems.iter().map(|handler| set(&one, handler, handler.span())).collect()
            }
            ("state_handlers", _) => {
                return Err(Error::new_spanned(value, "write a list: `state_handlers = [..]`"));
            }
            ("run_name", Expr::Lit(ExprLit { lit: Lit::Str(format), .. })) => {
                set(key, &run_name(format, function)?, format.span())
            }
            _ => set(key, value, value.span()),
        })
    }

    fn parse(input: ParseStream<'_>, former: &[Self]) -> Result<Self> {
        let key = input.call(Ident::parse_any);
        let key =
            key.map_err(|error| Error::new(error.span(), "write a setting by its name: `retries = 3`"))?;
        if !KNOWN.iter().any(|known| key == known) {
            return Err(unknown(&key));
        }
        if former.iter().any(|former| former.key == key) {
            return Err(Error::new(key.span(), format!("`{key}` is set twice")));
        }
        let other_delay = |former: &&Self| is_delay(&former.key) && is_delay(&key);
        if let Some(Self { key: other, .. }) = former.iter().find(other_delay) {
            let message = format!("`{key}` and `{other}` say the same thing: write one of them");
            return Err(Error::new(key.span(), message));
        }
        let flag = key == "persist";
        if flag && (input.is_empty() || input.peek(Token![,])) {
            let value = syn::parse_quote!(true);
            return Ok(Self { key, value });
        }
        let equals: Option<Token![=]> = input.parse()?;
        if equals.is_none() || input.is_empty() || input.peek(Token![,]) {
            return Err(Error::new(key.span(), format!("`{key}` needs a value: write `{key} = ..`")));
        }
        let value: Expr = input.parse()?;
        if flag && !matches!(value, Expr::Lit(ExprLit { lit: Lit::Bool(_), .. })) {
            return Err(Error::new_spanned(value, "write `persist`, or `persist = false`"));
        }
        Ok(Self { key, value })
    }
}

/// Whether the validator may compare inputs; some are known by their names not to.
fn looks_at_inputs(validator: &Expr) -> bool {
    let path = match validator {
        Expr::Call(call) => &*call.func,
        other => other,
    };
    let Expr::Path(path) = path else { return true };
    let others = ["NeverUse", "DurationOnly", "AllParameters", "PartialParameters", "Custom", "custom"];
    !path.path.segments.last().is_some_and(|last| others.iter().any(|other| last.ident == other))
}

/// Goes behind the next comma, past the rest of a setting that could not be read.
fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _ = input.parse::<proc_macro2::TokenTree>();
    }
    let _ = input.parse::<Token![,]>();
}

fn is_delay(key: &Ident) -> bool {
    key.to_string().starts_with("retry_delay")
}

fn unknown(key: &Ident) -> Error {
    let written = key.to_string();
    let likeness = |known: &&str| strsim::jaro_winkler(known, &written);
    let nearest = KNOWN.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    let hint = nearest.filter(|nearest| likeness(nearest) > 0.75);
    let hint = hint.map(|nearest| format!(": did you mean `{nearest}`?")).unwrap_or_default();
    let all = KNOWN.join(", ");
    Error::new(key.span(), format!("a task has no setting `{key}`{hint}\nthe settings are {all}"))
}

/// The closure that names a run by a format string over the inputs.
fn run_name(format: &LitStr, function: &Function) -> Result<TokenStream> {
    let inputs = Ident::new("inputs", Span::mixed_site());
    let known = || function.params.iter().filter_map(|param| Some((param, param.input()?)));
    let mut bindings = Vec::new();
    for name in placeholders(&format.value()) {
        let Some((param, input)) = known().find(|(param, _)| param.ident == name) else {
            let all: Vec<_> = known().map(|(param, _)| format!("`{}`", param.ident)).collect();
            let all = if all.is_empty() { "none".to_owned() } else { all.join(", ") };
            let message = match name.as_str() {
                "" => format!("name the input: `{{input}}`; the inputs are {all}"),
                _ => format!("a run is named after its inputs, and `{name}` is none; the inputs are {all}"),
            };
            return Err(Error::new(format.span(), message));
        };
        let (ident, value) = (&param.ident, input.looked_at(&inputs));
        bindings.push(quote!(let #ident = #value;));
    }
    Ok(quote! {
        |#inputs: &::campana::Inputs| {
            #(#bindings)*
            ::core::result::Result::Ok(::std::format!(#format))
        }
    })
}

/// The names of the arguments of a format string, each once; `""` for one that has no name.
fn placeholders(format: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut note = |name: &str| {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    };
    let text = format.replace("{{", "");
    for argument in text.split('{').skip(1) {
        let argument = argument.split('}').next().unwrap_or(argument);
        let (name, spec) = argument.split_once(':').unwrap_or((argument, ""));
        note(name.trim());
        // A width or a precision may be an argument too: `{name:>width$}`.
        let parts = spec.split('$');
        let count = parts.clone().count();
        for part in parts.take(count - 1) {
            note(part.rsplit(|char: char| !char.is_alphanumeric() && char != '_').next().unwrap_or(part));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found_wherever_a_format_string_has_them() {
        assert_eq!(placeholders("load {table} of {date:?}, {table}"), ["table", "date"]);
        assert_eq!(placeholders("{x:>width$.precision$}"), ["x", "width", "precision"]);
        assert_eq!(placeholders("{{no}} {{{x}}} {}"), ["x", ""]);
        assert!(placeholders("nothing").is_empty());
    }

    #[test]
    fn validators_that_look_at_no_input_are_known() {
        assert!(looks_at_inputs(&syn::parse_quote!(Validator::AllInputs)));
        assert!(looks_at_inputs(&syn::parse_quote!(campana::Validator::PartialInputs(names()))));
        assert!(looks_at_inputs(&syn::parse_quote!({ validator })));
        assert!(!looks_at_inputs(&syn::parse_quote!(campana::Validator::DurationOnly)));
        assert!(!looks_at_inputs(&syn::parse_quote!(Validator::custom(|_, _| true))));
    }
}
