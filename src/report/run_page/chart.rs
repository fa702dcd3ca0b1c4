//! Bars made of boxes: no drawing library, readable without colours, and always beside the figure they show.

use maud::{Markup, html};

/// A part of a bar: how much, and the class that gives it its pattern.
pub struct Part {
    /// How much.
    pub amount: u64,
    /// Its class in the style sheet.
    pub class: &'static str,
}

/// A bar as wide as its parts are of `whole`. A part that is not nought is never too thin to see.
pub fn bar(parts: &[Part], whole: u64, label: &str) -> Markup {
    html! {
        div.bar role="img" aria-label=(label) {
            @for part in parts.iter().filter(|part| part.amount > 0) {
                i class=(part.class) style={ "width:" (width(part.amount, whole)) } {}
            }
        }
    }
}

/// A share as a CSS width, in hundredths of a per cent.
fn width(amount: u64, whole: u64) -> String {
    let share = if whole == 0 { 0 } else { u128::from(amount) * 10_000 / u128::from(whole) };
    let share = share.min(10_000);
    format!("{}.{:02}%", share / 100, share % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_width_is_a_share_and_never_more_than_all() {
        assert_eq!(width(1, 3), "33.33%");
        assert_eq!(width(5, 3), "100.00%");
        assert_eq!(width(5, 0), "0.00%");
        assert_eq!(width(u64::MAX, u64::MAX), "100.00%");
    }

    #[test]
    fn nothing_is_drawn_for_nought() {
        let bar = bar(&[Part { amount: 0, class: "hit" }, Part { amount: 1, class: "clear" }], 1, "x")
            .into_string();
        assert!(!bar.contains("hit") && bar.contains("width:100.00%"));
    }
}
