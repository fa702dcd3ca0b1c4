//! What our pages share: the style, the switch between languages, things said in both. Fetches nothing, runs no script.
//!
//! Both languages stand in the page and plain CSS hides one. The page as a whole is Chinese (`html lang`), so that only
//! English is marked: some pages say twenty thousand things twice, and every byte of a mark counts.

use maud::{Markup, html};

use crate::model::{Lang, Text};

/// The style of every page, in front of a page's own.
pub const STYLE: &str = include_str!("page.css");

/// Two wordings of which the switch shows one.
pub fn say(zh: &str, en: &str) -> Markup {
    html! { i { (zh) } i lang="en" { (en) } }
}

/// A text in both languages.
pub fn both(text: &Text) -> Markup {
    say(&text.zh, &text.en)
}

/// The switch between languages; `beside` adds a choice that shows both. Stands before the element of class `page`.
pub fn switch(lang: Lang, beside: bool) -> Markup {
    html! {
        input.switch type="radio" name="lang" id="zh" checked[lang == Lang::Zh];
        @if beside { input.switch type="radio" name="lang" id="both"; }
        input.switch type="radio" name="lang" id="en" checked[lang == Lang::En];
        nav aria-label="语言 Language" {
            label for="zh" { "中文" }
            @if beside { label for="both" { "对照 Both" } }
            label for="en" { "English" }
        }
    }
}
