//! The crate's public API, read from its sources, so that the test works on every stable compiler.
//!
//! `public-api.txt` is that API in Rust's own syntax. A change of it is a decision: write it anew with
//! `UPDATE_PUBLIC_API=1 cargo test -p universal-wallet-sdk --test public_api`, and look at the difference.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Attribute, Fields, ImplItem, Item, Visibility};

const SNAPSHOT: &str = "public-api.txt";

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_public_api_is_the_one_of_the_snapshot() {
    let mut api = String::new();
    let private: BTreeSet<String> =
        files().iter().flat_map(|(_, parsed)| &parsed.items).filter_map(private_type).collect();
    for (file, parsed) in files() {
        let name = file.strip_prefix(folder().join("src")).unwrap().display().to_string();
        let macros: String = parsed.items.iter().filter_map(macro_api).collect();
        let items = parsed.items.into_iter().filter(|item| !is_inside(item, &private)).filter_map(public).collect();
        let text =
            prettyplease::unparse(&syn::File { shebang: None, frontmatter: None, attrs: Vec::new(), items }) + &macros;
        if !text.is_empty() {
            writeln!(api, "// {name}\n{text}").unwrap();
        }
    }
    let snapshot = folder().join(SNAPSHOT);
    if std::env::var_os("UPDATE_PUBLIC_API").is_some() {
        fs::write(&snapshot, &api).unwrap();
    }
    let promised = fs::read_to_string(&snapshot).unwrap_or_default();
    let missing: Vec<_> = promised.lines().filter(|line| !api.lines().any(|have| have == *line)).collect();
    let new: Vec<_> = api.lines().filter(|line| !promised.lines().any(|have| have == *line)).collect();
    assert!(
        api == promised,
        "{SNAPSHOT} differs from the sources (see above how to write it anew).\nonly there: {missing:#?}\nonly here: {new:#?}"
    );
}

#[test]
fn every_public_item_has_an_example_or_a_link_to_one() {
    let mut without = Vec::new();
    for (_, parsed) in files() {
        for item in parsed.items.into_iter().filter(|item| !is_test(item)) {
            undocumented(&item, &mut without);
        }
    }
    assert!(without.is_empty(), "{without:#?}");
}

/// The crate's modules, in a fixed order.
fn files() -> Vec<(PathBuf, syn::File)> {
    let mut folders = vec![folder().join("src")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path, syn::parse_file(&text).unwrap()));
            }
        }
    }
    files.sort_by(|(one, _), (other, _)| one.cmp(other));
    files
}

fn private_type(item: &Item) -> Option<String> {
    match item {
        Item::Struct(item) if !is_public(&item.vis) => Some(item.ident.to_string()),
        Item::Enum(item) if !is_public(&item.vis) => Some(item.ident.to_string()),
        _ => None,
    }
}

/// Whether an `impl` is for a private type, or from one.
fn is_inside(item: &Item, private: &BTreeSet<String>) -> bool {
    let Item::Impl(item) = item else { return false };
    let (of, implemented) = (&item.self_ty, item.trait_.as_ref().map(|(path, _)| path));
    let words = quote::quote!(#of #implemented).to_string();
    words.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| private.contains(word))
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn is_test(item: &Item) -> bool {
    matches!(item, Item::Mod(module) if module.ident == "tests")
}

/// Keeps the attributes that matter to the API's callers: neither documentation nor compiler hints.
fn keep(attributes: &mut Vec<Attribute>) {
    attributes.retain(|attribute| {
        ["cfg", "cfg_attr", "derive", "non_exhaustive", "must_use"].iter().any(|name| attribute.path().is_ident(name))
    });
}

/// The public part of an item, without bodies.
fn public(item: Item) -> Option<Item> {
    let empty = || syn::parse_quote!({});
    match item {
        Item::Use(mut item) if is_public(&item.vis) => {
            keep(&mut item.attrs);
            Some(Item::Use(item))
        }
        Item::Mod(mut item) if is_public(&item.vis) => {
            keep(&mut item.attrs);
            Some(Item::Mod(item))
        }
        Item::Const(mut item) if is_public(&item.vis) => {
            keep(&mut item.attrs);
            Some(Item::Const(item))
        }
        Item::Fn(mut item) if is_public(&item.vis) => {
            keep(&mut item.attrs);
            *item.block = empty();
            Some(Item::Fn(item))
        }
        Item::Struct(mut item) if is_public(&item.vis) => {
            keep(&mut item.attrs);
            let fields = match &mut item.fields {
                Fields::Named(fields) => &mut fields.named,
                Fields::Unnamed(fields) => &mut fields.unnamed,
                Fields::Unit => return Some(Item::Struct(item)),
            };
            *fields = std::mem::take(fields).into_iter().filter(|field| is_public(&field.vis)).collect();
            fields.iter_mut().for_each(|field| keep(&mut field.attrs));
            Some(Item::Struct(item))
        }
        Item::Enum(mut item) if is_public(&item.vis) => {
            keep(&mut item.attrs);
            item.variants.iter_mut().for_each(|variant| keep(&mut variant.attrs));
            Some(Item::Enum(item))
        }
        Item::Impl(mut item) => {
            keep(&mut item.attrs);
            let of_trait = item.trait_.is_some();
            item.items.retain_mut(|member| match member {
                ImplItem::Fn(member) if !of_trait && is_public(&member.vis) => {
                    keep(&mut member.attrs);
                    member.block = empty();
                    true
                }
                ImplItem::Const(member) if !of_trait && is_public(&member.vis) => {
                    keep(&mut member.attrs);
                    true
                }
                _ => false,
            });
            (of_trait || !item.items.is_empty()).then_some(Item::Impl(item))
        }
        _ => None,
    }
}

/// The public part of a macro: the heads in its definition, and the arguments of its calls.
fn macro_api(item: &Item) -> Option<String> {
    let Item::Macro(item) = item else { return None };
    let name = item.mac.path.get_ident()?;
    if name == "macro_rules" {
        let mut heads = Vec::new();
        collect_heads(item.mac.tokens.clone(), &mut heads);
        Some(format!("macro {} {{\n    {}\n}}\n", item.ident.as_ref()?, heads.join("\n    ")))
    } else {
        Some(format!("{name}! {{ {} }}\n", without_documentation(item.mac.tokens.clone())))
    }
}

/// Every `pub …` and `impl …` up to its body.
fn collect_heads(tokens: TokenStream, heads: &mut Vec<String>) {
    let mut head: Option<TokenStream> = None;
    for token in tokens {
        let starts = matches!(&token, TokenTree::Ident(word) if word == "pub" || word == "impl");
        let ends = match &token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            TokenTree::Punct(punct) => punct.as_char() == ';',
            _ => false,
        };
        if let (true, Some(whole)) = (ends, head.take_if(|_| ends)) {
            heads.push(whole.to_string());
        }
        if let TokenTree::Group(group) = &token {
            collect_heads(group.stream(), heads);
        }
        match &mut head {
            Some(head) => head.extend([token]),
            None if starts => head = Some(token.into()),
            None => {}
        }
    }
}

fn without_documentation(tokens: TokenStream) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => _ = kept.pop(),
            TokenTree::Group(group) => {
                let inner = without_documentation(group.stream());
                kept.push(proc_macro2::Group::new(group.delimiter(), inner).into());
            }
            token => kept.push(token),
        }
    }
    kept.into_iter().collect()
}

/// Adds the name of each public item whose documentation has neither an example nor a link.
fn undocumented(item: &Item, without: &mut Vec<String>) {
    let mut check = |visibility: &Visibility, attributes: &[Attribute], name: String| {
        let text: String = attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("doc"))
            .map(|attribute| quote::quote!(#attribute).to_string())
            .collect();
        if is_public(visibility) && !text.contains("```") && !text.contains("](") {
            without.push(name);
        }
    };
    match item {
        Item::Struct(item) => check(&item.vis, &item.attrs, item.ident.to_string()),
        Item::Enum(item) => check(&item.vis, &item.attrs, item.ident.to_string()),
        Item::Fn(item) => check(&item.vis, &item.attrs, item.sig.ident.to_string()),
        Item::Impl(item) if item.trait_.is_none() => {
            for member in &item.items {
                if let ImplItem::Fn(member) = member {
                    let of = &item.self_ty;
                    check(&member.vis, &member.attrs, format!("{}::{}", quote::quote!(#of), member.sig.ident));
                }
            }
        }
        _ => {}
    }
}
