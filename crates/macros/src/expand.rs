//! Writing the task of a function.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Attribute, Ident};

use crate::params::{Input, Param};
use crate::parse::Function;
use crate::settings::Settings;

/// The function that makes calls of the task, and the type of the same name that holds the rest.
///
/// The type stands in the namespace of types alone, so the two names do not clash; and it needs no module, so
/// that all of this works inside of functions too.
pub(crate) fn task(function: &Function, settings: &Settings) -> TokenStream {
    let call = call(function);
    let map = map(function);
    let run = run(function);
    let spec = spec(function, settings);
    let Function { vis, sig, .. } = function;
    let name = &sig.ident;
    let lints = attributes(function, &LINTS);
    let hidden = function.attrs.iter().filter(|attr| is_doc_hidden(attr));
    let doc = format!("The task `{name}`: its plain function, and how to map it.");
    quote! {
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
    }
}

const LINTS: [&str; 4] = ["allow", "warn", "deny", "forbid"];

/// The function that makes a call: what other tasks take.
fn call(function: &Function) -> TokenStream {
    let Function { vis, sig, output, .. } = function;
    let (name, fn_token) = (&sig.ident, &sig.fn_token);
    let docs = attributes(function, &["doc", "deprecated"]).chain(attributes(function, &LINTS));
    let inputs: Vec<_> = inputs(function).collect();
    let params = inputs.iter().map(|(Param { ident, ty, .. }, Input { bound, .. })| {
        quote_spanned!(ty.span()=> #ident: impl ::campana::IntoInput<#bound>)
    });
    let bindings = inputs.iter().map(|(Param { ident, .. }, Input { at, bound, .. })| {
        quote!(.input(#at, ::campana::IntoInput::<#bound>::into_input(#ident)))
    });
    let value = &output.value;
    // In the author's place, so that lints see the author's function: that it is used, and documented.
    let body = quote_spanned!(name.span()=> { ::campana::Call::<#value>::new(#name::spec())#(#bindings)* });
    quote! {
        #(#docs)*
        #[allow(clippy::too_many_arguments)]
        #vis #fn_token #name(#(#params),*) -> ::campana::Call<#value> #body
    }
}

/// The function that makes a mapped call; none, if there is nothing to map over.
fn map(function: &Function) -> Option<TokenStream> {
    let Function { vis, sig, output, .. } = function;
    let name = &sig.ident;
    let inputs: Vec<_> = inputs(function).collect();
    let generic = |(param, input): &(&Param, &Input)| {
        let (span, at) = (param.ty.span(), input.at);
        format_ident!("__Input{at}", span = span)
    };
    let generics: Vec<_> = inputs.iter().map(generic).collect();
    let first = generics.first()?;
    let bounds = generics.iter().zip(&inputs).map(|(generic, (Param { ty, .. }, Input { bound, .. }))| {
        quote_spanned!(ty.span()=> #generic: ::campana::IntoMapInput<#bound>)
    });
    let idents: Vec<_> = inputs.iter().map(|(param, _)| distinct(param, name)).collect();
    let params = idents.iter().zip(&generics).map(|(ident, generic)| quote!(#ident: #generic));
    let bindings = idents.iter().zip(&inputs).map(|(ident, (_, Input { at, bound, .. }))| {
        quote!(.map_input(#at, ::campana::IntoMapInput::<#bound>::into_map_input(#ident)))
    });
    let value = &output.value;
    // Of the macro's own making, so that nobody is told that it is not used.
    let map = Ident::new("map", Span::mixed_site());
    let deprecated = attributes(function, &["deprecated"]);
    let doc = format!(
        "A call of the task `{name}` that runs once for each element of its lists. An input that is the same \
         for all is `unmapped(..)`."
    );
    let locals: Vec<_> = inputs.iter().map(|(param, _)| local(param)).collect();
    let types = inputs.iter().map(|(_, Input { bound, .. })| bound);
    // Names an input, so that it is asked for where the task is mapped, and not here.
    let gathered = quote_spanned!(value.span()=> #value: ::campana::__private::Gathered<#first>);
    Some(quote! {
        #[doc = #doc]
        #(#deprecated)*
        #[allow(clippy::too_many_arguments)]
        #vis fn #map<#(#bounds),*>(#(#params),*) -> ::campana::Call<::std::vec::Vec<#value>>
        where
            #gathered,
        {
            // A task that is only ever mapped is used.
            #[allow(deprecated)]
            let _ = |#(#locals: ::campana::Call<#types>),*| #name(#(#locals),*);
            <#value as ::campana::__private::Gathered<#first>>::mapped(
                ::campana::Call::<#value>::new(#name::spec())#(#bindings)*
            )
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
    let idents: Vec<_> = params.iter().map(|param| distinct(param, name)).collect();
    let types = params.iter().map(|param| &param.ty);
    let run = Ident::new("run", Span::mixed_site());
    let wait = asyncness.map(|_| quote!(.await));
    let doc = format!("The plain function of the task `{name}`.");
    quote! {
        #[doc = #doc]
        #(#outer)*
        #[allow(clippy::missing_const_for_fn, clippy::too_many_arguments)]
        #vis #asyncness fn #run(#(#idents: #types),*) #output {
            #(#attrs)*
            #sig #body

            #name(#(#idents),*)#wait
        }
    }
}

/// The function that gives the task, made once.
fn spec(function: &Function, settings: &Settings) -> TokenStream {
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
    let statements = settings.statements(&spec, function);
    let doc = format!("The task `{name}`, as all its calls share it.");
    quote! {
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
                    #(#statements)*
                    ::std::sync::Arc::new(#spec)
                });
            ::std::sync::Arc::clone(&__SPEC)
        }
    }
}

/// The body of the task: takes its inputs, calls the function, and boxes its error.
fn body(function: &Function) -> TokenStream {
    let Function { sig, params, output, .. } = function;
    let name = &sig.ident;
    let inputs = Ident::new("inputs", Span::mixed_site());
    let locals: Vec<_> = params.iter().map(local).collect();
    let taken = params.iter().map(|param| param.taken(&inputs));
    let handed = params.iter().zip(&locals).map(|(param, local)| param.handed(local));
    let wait = sig.asyncness.map(|_| quote!(.await));
    let value = &output.value;
    let returned = Ident::new("returned", Span::mixed_site());
    let call = quote! {
        #[allow(deprecated)]
        let #returned = #name::run(#(#handed),*)#wait;
    };
    let span = Span::mixed_site().located_at(output.span);
    let result = match &output.error {
        // Named, so that what is wrong with it is said where it stands.
        Some(error) => quote!(::campana::__private::boxed::<_, #error>(#returned)),
        None => quote!(::core::result::Result::<#value, ::campana::BoxError>::Ok(#returned)),
    };
    match &sig.asyncness {
        None => quote_spanned! {span=>
            ::campana::Body::sync(|#inputs: &::campana::Inputs| {
                #(let #locals = #taken;)*
                #call
                #result
            })
        },
        Some(asyncness) => {
            let span = Span::mixed_site().located_at(asyncness.span());
            quote_spanned! {span=>
                ::campana::Body::future(|#inputs: ::campana::Inputs| async move {
                    #(let #locals = #taken;)*
                    #call
                    #result
                })
            }
        }
    }
}

fn inputs(function: &Function) -> impl Iterator<Item = (&Param, &Input)> {
    function.params.iter().filter_map(|param| Some((param, param.input()?)))
}

/// A variable that no parameter can be mistaken for.
fn local(param: &Param) -> Ident {
    format_ident!("arg_{}", param.ident.unraw(), span = Span::mixed_site())
}

/// The name of the parameter; another, if it would hide the function.
fn distinct(param: &Param, function: &Ident) -> Ident {
    if param.ident == *function { format_ident!("{function}_") } else { param.ident.clone() }
}

/// The attributes of the function that have one of these names.
fn attributes<'a>(function: &'a Function, names: &'a [&str]) -> impl Iterator<Item = &'a Attribute> {
    function.attrs.iter().filter(|attr| names.iter().any(|name| attr.path().is_ident(name)))
}

fn is_doc_hidden(attr: &Attribute) -> bool {
    attr.path().is_ident("doc") && attr.parse_args::<Ident>().is_ok_and(|argument| argument == "hidden")
}
