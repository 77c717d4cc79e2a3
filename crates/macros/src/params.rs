//! The parameters of a task's function: which of them are inputs, and how each gets its value.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Error, FnArg, GenericArgument, Ident, Lifetime, Pat, PatIdent, PathArguments, PathSegment};
use syn::{PatType, Result, Token, Type};

use crate::combine;

/// A parameter of the function.
pub(crate) struct Param {
    pub(crate) ident: Ident,
    /// Its type as written.
    pub(crate) ty: Type,
    /// Whether the function only looks at it.
    borrowed: bool,
    pub(crate) source: Source,
}

/// Where a parameter's value comes from.
pub(crate) enum Source {
    Context,
    Input(Input),
}

/// A parameter that is an input of the task.
pub(crate) struct Input {
    pub(crate) at: u16,
    /// What a caller binds: the `T` of `IntoInput<T>`.
    pub(crate) bound: TokenStream,
    /// The type of the values that come along the edge.
    pub(crate) value: TokenStream,
    take: Take,
}

/// Whether the function wants a value, or also to know why there is none.
enum Take {
    Value,
    /// Of values of this type.
    Outcome(TokenStream),
    Outcomes(TokenStream),
}

/// Reads the parameters, and notes what is wrong with them.
pub(crate) fn read(args: &Punctuated<FnArg, Token![,]>, wrong: &mut Option<Error>) -> Vec<Param> {
    let mut params = Vec::with_capacity(args.len());
    let mut inputs = 0;
    for arg in args {
        match Param::read(arg, inputs) {
            Ok(param) => {
                inputs += u16::from(matches!(param.source, Source::Input(_)));
                params.push(param);
            }
            Err(error) => combine(wrong, error),
        }
    }
    params
}

impl Param {
    fn read(arg: &FnArg, at: u16) -> Result<Self> {
        let PatType { attrs, pat, ty, .. } = match arg {
            FnArg::Typed(typed) => typed,
            FnArg::Receiver(receiver) => {
                let message = "a task is a function, not a method: take what it needs as inputs, or write \
                               `impl Task` for the type";
                return Err(Error::new_spanned(receiver, message));
            }
        };
        if let Some(cfg) = attrs.iter().find(|attr| attr.path().is_ident("cfg")) {
            return Err(Error::new_spanned(cfg, "a task's inputs are fixed: put `#[cfg]` on the function"));
        }
        let ident = named(pat, ty)?;
        let (ty, bare) = ((**ty).clone(), bare(ty));
        let (borrowed, target) = match bare {
            Type::Reference(reference) if !is_static(reference.lifetime.as_ref()) => {
                if let Some(token) = &reference.mutability {
                    let message = "an input is shared with other tasks: take it by value, as `mut x: T`";
                    return Err(Error::new_spanned(token, message));
                }
                if let Some(lifetime) = &reference.lifetime {
                    return Err(Error::new_spanned(lifetime, "an input is borrowed for the run: write `&T`"));
                }
                (true, self::bare(&reference.elem))
            }
            owned => (false, owned),
        };
        let source = if is_context(target) {
            Source::Context
        } else {
            Source::Input(Input::read(target, borrowed, at)?)
        };
        Ok(Self { ident, ty, borrowed, source })
    }

    pub(crate) fn input(&self) -> Option<&Input> {
        match &self.source {
            Source::Input(input) => Some(input),
            Source::Context => None,
        }
    }

    /// The name of the input, which is the key of its edge.
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }

    /// The expression that takes the value out of `inputs`, before it is handed over.
    pub(crate) fn taken(&self, inputs: &Ident) -> TokenStream {
        match &self.source {
            Source::Context if self.borrowed => quote!(#inputs.context()),
            Source::Context => quote!(::core::clone::Clone::clone(#inputs.context())),
            Source::Input(input) => {
                let looked_at = input.looked_at(inputs);
                if self.borrowed || !matches!(input.take, Take::Value) {
                    return looked_at;
                }
                // Stands where the type does, which is what must be `Clone`.
                let ty = &self.ty;
                let by_value = quote_spanned!(ty.span()=> ::campana::__private::by_value::<#ty>);
                quote!(#by_value(#looked_at))
            }
        }
    }

    /// How the value, as it was taken, is handed to the function.
    pub(crate) fn handed(&self, local: &Ident) -> TokenStream {
        match &self.source {
            Source::Input(Input { take: Take::Outcome(_) | Take::Outcomes(_), .. }) if self.borrowed => {
                quote!(&#local)
            }
            _ => quote!(#local),
        }
    }
}

impl Input {
    fn read(target: &Type, borrowed: bool, at: u16) -> Result<Self> {
        if let (Type::TraitObject(_), true) = (target, borrowed) {
            let message = "an input has one type, of known size: write `&Box<dyn ..>` or `&Arc<dyn ..>`";
            return Err(Error::new_spanned(target, message));
        }
        let bound = match target {
            Type::Slice(slice) if borrowed => {
                owned(&slice.elem)?;
                let element = &slice.elem;
                quote_spanned!(slice.span()=> ::std::vec::Vec<#element>)
            }
            Type::Path(path) if borrowed && path.path.is_ident("str") => {
                quote_spanned!(path.span()=> ::std::string::String)
            }
            Type::Path(path) if borrowed && is_item(&path.path, "Path", "std") => {
                quote_spanned!(path.span()=> ::std::path::PathBuf)
            }
            _ => {
                owned(target)?;
                target.to_token_stream()
            }
        };
        let list = match target {
            Type::Slice(slice) => Some(&*slice.elem),
            other => argument_of(other, "Vec"),
        };
        let one = argument_of(target, "Outcome").map(Type::to_token_stream);
        let each = list.and_then(|of| argument_of(bare(of), "Outcome")).map(Type::to_token_stream);
        let (value, take) = match (one, each) {
            (Some(of), _) => (of.clone(), Take::Outcome(of)),
            (None, Some(of)) => (quote!(::std::vec::Vec<#of>), Take::Outcomes(of)),
            (None, None) => (bound.clone(), Take::Value),
        };
        Ok(Self { at, bound, value, take })
    }

    /// The expression that looks at the input in `inputs`.
    pub(crate) fn looked_at(&self, inputs: &Ident) -> TokenStream {
        let Self { at, value, .. } = self;
        match &self.take {
            Take::Value => quote!(#inputs.arg::<#value>(#at)?),
            Take::Outcome(of) => quote!(#inputs.outcome_at::<#of>(#at)?),
            Take::Outcomes(of) => quote!(#inputs.outcomes_at::<#of>(#at)?),
        }
    }
}

/// The name of a parameter.
fn named(pat: &Pat, ty: &Type) -> Result<Ident> {
    let ty = ty.to_token_stream();
    match pat {
        Pat::Ident(PatIdent { by_ref: None, subpat: None, ident, .. }) => Ok(ident.clone()),
        Pat::Wild(_) => {
            let message = format!("an input needs a name, which is the key of its edge: write `_name: {ty}`");
            Err(Error::new_spanned(pat, message))
        }
        _ => {
            let message = format!(
                "an input needs a name, which is the key of its edge: write `name: {ty}`, and take it apart in the body"
            );
            Err(Error::new_spanned(pat, message))
        }
    }
}

/// The type without the parentheses, seen or unseen, that stand round it.
pub(crate) fn bare(mut ty: &Type) -> &Type {
    loop {
        ty = match ty {
            Type::Group(group) => &group.elem,
            Type::Paren(paren) => &paren.elem,
            ty => return ty,
        }
    }
}

pub(crate) fn is_static(lifetime: Option<&Lifetime>) -> bool {
    lifetime.is_some_and(|lifetime| lifetime.ident == "static")
}

/// The types in the angle brackets of a path's segment.
pub(crate) fn type_arguments(segment: &PathSegment) -> Vec<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return Vec::new() };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}

/// The `T` of a type `Name<T>`, by whatever path.
fn argument_of<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.ident == name)?;
    match type_arguments(segment)[..] {
        [argument] => Some(argument),
        _ => None,
    }
}

/// Whether the type is the context of a run.
fn is_context(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if is_item(&path.path, "Context", "campana"))
}

/// Whether the path is that of `name`, imported, or from `home`. A type of somebody else's by that name has
/// another path: `self::Context`.
fn is_item(path: &syn::Path, name: &str, home: &str) -> bool {
    let Some((first, last)) = path.segments.first().zip(path.segments.last()) else { return false };
    (path.segments.len() == 1 || first.ident == home) && last.ident == name && last.arguments.is_none()
}

/// Checks that values of the type can stand by themselves: that it is one type, and borrows nothing.
pub(crate) fn owned(ty: &Type) -> Result<()> {
    let mut borrows = Borrows(None);
    borrows.visit_type(ty);
    borrows.0.map_or(Ok(()), Err)
}

struct Borrows(Option<Error>);

impl Borrows {
    fn note(&mut self, at: &dyn ToTokens, message: &str) {
        combine(&mut self.0, Error::new_spanned(at, message));
    }
}

impl<'ast> Visit<'ast> for Borrows {
    fn visit_type_reference(&mut self, reference: &'ast syn::TypeReference) {
        if !is_static(reference.lifetime.as_ref()) {
            self.note(reference, "a value owns what it holds, as `String` for `&str`: only a whole parameter may be a reference");
            return;
        }
        visit::visit_type_reference(self, reference);
    }

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        if lifetime.ident != "static" {
            self.note(lifetime, "a value owns what it holds, so its type has no lifetime");
        }
    }

    fn visit_type_impl_trait(&mut self, ty: &'ast syn::TypeImplTrait) {
        self.note(ty, "a value has one type: name it");
    }

    fn visit_type_infer(&mut self, ty: &'ast syn::TypeInfer) {
        self.note(ty, "a value has one type: name it");
    }

    // The references in the types of functions belong to them.
    fn visit_type_fn_ptr(&mut self, _: &'ast syn::TypeFnPtr) {}
    fn visit_parenthesized_generic_arguments(&mut self, _: &'ast syn::ParenthesizedGenericArguments) {}
}
