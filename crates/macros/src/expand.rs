//! Writing the task of a function.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Attribute, Ident, Result};

use crate::params::{Input, Param};
use crate::parse::Function;
use crate::settings::Settings;

/// The function that makes calls of the task, and the type of the same name that holds the rest.
///
/// The type stands in the namespace of types alone, so the two names do not clash; and it needs no module, so
/// that all of this works inside of functions too.
pub(crate) fn task(function: &Function, settings: &Settings) -> Result<TokenStream> {
    let call = call(function);
    let map = map(function);
    let run = run(function);
    let spec = spec(function, settings)?;
    let Function { vis, sig, .. } = function;
    let name = &sig.ident;
    let lints = attributes(function, &LINTS);
    let hidden = function.attrs.iter().filter(|attr| is_doc_hidden(attr));
    let doc = format!("The task [`{name}()`](fn@{name}): its plain function, and how to map it.");
    Ok(quote! {
        #call

        #[doc = #doc]
        #(#hidden)*
        #[allow(non_camel_case_types, missing_debug_implementations, clippy::all, clippy::pedantic)]
        #vis enum #name {}

        #(#lints)*
        impl #name {
            #run
            #map
            #spec
        }
    })
}

const LINTS: [&str; 4] = ["allow", "warn", "deny", "forbid"];

/// The function that makes a call: what other tasks take.
fn call(function: &Function) -> TokenStream {
    let Function { vis, sig, output, .. } = function;
    let name = &sig.ident;
    let docs = attributes(function, &["doc", "deprecated"]).chain(attributes(function, &LINTS));
    let inputs: Vec<_> = inputs(function).collect();
    let params = inputs
        .iter()
        .map(|(Param { ident, .. }, Input { bound, .. })| quote!(#ident: impl ::campana::IntoInput<#bound>));
    let bindings = inputs.iter().map(|(Param { ident, .. }, Input { at, bound, .. })| {
        quote!(.input(#at, ::campana::IntoInput::<#bound>::into_input(#ident)))
    });
    let value = &output.value;
    quote! {
        #(#docs)*
        #vis fn #name(#(#params),*) -> ::campana::Call<#value> {
            ::campana::Call::<#value>::new(#name::spec())#(#bindings)*
        }
    }
}

/// The function that makes a mapped call; none, if there is nothing to map over.
fn map(function: &Function) -> Option<TokenStream> {
    let Function { vis, sig, output, .. } = function;
    let name = &sig.ident;
    let inputs: Vec<_> = inputs(function).collect();
    let generics: Vec<_> = inputs.iter().map(|(_, Input { at, .. })| format_ident!("__Input{at}")).collect();
    let first = generics.first()?;
    let bounds = generics
        .iter()
        .zip(&inputs)
        .map(|(generic, (_, Input { bound, .. }))| quote!(#generic: ::campana::IntoMapInput<#bound>));
    let idents: Vec<_> = inputs.iter().map(|(param, _)| &param.ident).collect();
    let params = idents.iter().zip(&generics).map(|(ident, generic)| quote!(#ident: #generic));
    let bindings = inputs.iter().map(|(Param { ident, .. }, Input { at, bound, .. })| {
        quote!(.map_input(#at, ::campana::IntoMapInput::<#bound>::into_map_input(#ident)))
    });
    let value = &output.value;
    // Of the macro's own making, so that nobody is told that it is not used.
    let map = Ident::new("map", Span::mixed_site());
    let deprecated = attributes(function, &["deprecated"]);
    let doc = format!(
        "A call of [`{name}()`](fn@{name}) that runs once for each element of its lists. An input that is the \
         same for all is `unmapped(..)`."
    );
    let locals = locals(&idents);
    let types = inputs.iter().map(|(_, Input { bound, .. })| bound);
    Some(quote! {
        #[doc = #doc]
        #(#deprecated)*
        #vis fn #map<#(#bounds),*>(#(#params),*) -> ::campana::Call<::std::vec::Vec<#value>>
        where
            // Names an input, so that it is asked for where the task is mapped, and not here.
            #value: ::campana::__private::Gathered<#first>,
        {
            // A task that is only ever mapped is used.
            #[allow(deprecated)]
            let _ = |#(#locals: #types),*| #name(#(#locals),*);
            ::campana::Call::<#value>::new(#name::spec())#(#bindings)*.mapped()
        }
    })
}

/// The plain function.
fn run(function: &Function) -> TokenStream {
    let Function { attrs, vis, sig, body, params, .. } = function;
    let name = &sig.ident;
    // As it was written, under its own name, which is what it calls itself, and what logs and traces show.
    let elsewhere = |attr: &&Attribute| !attr.path().is_ident("doc") && !attr.path().is_ident("deprecated");
    let attrs = attrs.iter().filter(elsewhere);
    let outer = attributes(function, &["deprecated", "must_use"]);
    let (asyncness, output) = (&sig.asyncness, &sig.output);
    let idents: Vec<_> = params.iter().map(|param| &param.ident).collect();
    let types = params.iter().map(|param| &param.ty);
    let run = Ident::new("run", Span::mixed_site());
    let wait = asyncness.map(|_| quote!(.await));
    let doc = format!("The plain function of the task [`{name}()`](fn@{name}).");
    quote! {
        #[doc = #doc]
        #(#outer)*
        #vis #asyncness fn #run(#(#idents: #types),*) #output {
            #(#attrs)*
            #sig #body

            #name(#(#idents),*)#wait
        }
    }
}

/// The function that gives the task, made once.
fn spec(function: &Function, settings: &Settings) -> Result<TokenStream> {
    let Function { vis, sig, output, .. } = function;
    let name = &sig.ident;
    let text = name.unraw().to_string();
    let shown = settings.name().map_or_else(|| quote!(#text), ToTokens::to_token_stream);
    let compares = settings.compares_inputs();
    let inputs = inputs(function).map(|(param, Input { value, .. })| {
        let name = param.name();
        let comparable = compares.then(|| quote_spanned!(value.span()=> .comparable::<#value>()));
        quote!(::campana::InputSpec::new::<#value>(#name)#comparable)
    });
    let (value, body) = (&output.value, body(function));
    let spec = Ident::new("spec", Span::mixed_site());
    let codec = settings
        .persists()
        .then(|| quote_spanned!(value.span()=> let #spec = #spec.codec(::campana::Codec::of::<#value>());));
    let statements = settings.statements(&spec, function).collect::<Result<TokenStream>>()?;
    let doc = format!("The task [`{name}()`](fn@{name}), as all its calls share it.");
    Ok(quote! {
        #[doc = #doc]
        #vis fn #spec() -> ::std::sync::Arc<::campana::TaskSpec> {
            static __SPEC: ::std::sync::LazyLock<::std::sync::Arc<::campana::TaskSpec>> =
                ::std::sync::LazyLock::new(|| {
                    let #spec = ::campana::TaskSpec::new(
                        #shown,
                        ::core::concat!(::core::module_path!(), "::", #text),
                        ::std::vec::Vec::from([#(#inputs),*]),
                        ::campana::model::ValueType::of::<#value>(),
                        #body,
                    );
                    #codec
                    #statements
                    ::std::sync::Arc::new(#spec)
                });
            ::std::sync::Arc::clone(&__SPEC)
        }
    })
}

/// The body of the task: takes its inputs, calls the function, and boxes its error.
fn body(function: &Function) -> TokenStream {
    let Function { sig, params, output, .. } = function;
    let name = &sig.ident;
    let inputs = Ident::new("inputs", Span::mixed_site());
    let idents: Vec<_> = params.iter().map(|param| &param.ident).collect();
    let locals = locals(&idents);
    let taken = params.iter().map(|param| param.taken(&inputs));
    let handed = params.iter().zip(&locals).map(|(param, local)| param.handed(local));
    let wait = sig.asyncness.map(|_| quote!(.await));
    let value = &output.value;
    let returned = quote!(#name::run(#(#handed),*)#wait);
    let returned = if output.fallible {
        let span = sig.output.span().resolved_at(Span::mixed_site());
        quote_spanned!(span=> #returned.map_err(::core::convert::Into::<::campana::BoxError>::into))
    } else {
        quote!(::core::result::Result::<#value, ::campana::BoxError>::Ok(#returned))
    };
    match &sig.asyncness {
        None => quote! {
            ::campana::Body::sync(|#inputs: &::campana::Inputs| {
                #(let #locals = #taken;)*
                #returned
            })
        },
        Some(asyncness) => {
            let span = asyncness.span().resolved_at(Span::mixed_site());
            let future = quote_spanned!(span=> ::campana::Body::future);
            quote! {
                #future(|#inputs: ::campana::Inputs| async move {
                    #(let #locals = #taken;)*
                    #returned
                })
            }
        }
    }
}

fn inputs(function: &Function) -> impl Iterator<Item = (&Param, &Input)> {
    function.params.iter().filter_map(|param| Some((param, param.input()?)))
}

/// Variables that no parameter can be mistaken for.
fn locals(idents: &[&Ident]) -> Vec<Ident> {
    let local = |ident: &&Ident| format_ident!("arg_{}", ident.unraw(), span = Span::mixed_site());
    idents.iter().map(local).collect()
}

/// The attributes of the function that have one of these names.
fn attributes<'a>(function: &'a Function, names: &'a [&str]) -> impl Iterator<Item = &'a Attribute> {
    function.attrs.iter().filter(|attr| names.iter().any(|name| attr.path().is_ident(name)))
}

fn is_doc_hidden(attr: &Attribute) -> bool {
    attr.path().is_ident("doc") && attr.parse_args::<Ident>().is_ok_and(|argument| argument == "hidden")
}
