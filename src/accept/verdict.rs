//! Why a delivery is refused, in words, and why it stays where it is. It decides nothing and moves nothing.

use serde::{Deserialize, Serialize};

use crate::model::Text;

/// One thing that is wrong with a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The reason's name.
    pub code: String,
    /// What is wrong.
    pub what: Text,
    /// What the receiver can do.
    pub what_to_do: Text,
    /// What the agency can do.
    pub for_the_agency: Text,
}

/// Why a delivery is refused, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// At least one.
    pub faults: Vec<Fault>,
    /// Why it stays in the inbox; none: waiting cannot mend it, and it is moved aside.
    pub stays: Option<Text>,
}

impl Verdict {
    /// The codes, with commas between.
    pub fn code(&self) -> String {
        self.faults.iter().map(|fault| fault.code.as_str()).collect::<Vec<_>>().join(",")
    }

    /// Everything that is wrong.
    pub fn what(&self) -> Text {
        join(self.faults.iter().map(|fault| &fault.what))
    }

    /// What the receiver can do; each advice once.
    pub fn hint(&self) -> Text {
        let mut hints: Vec<&Text> = Vec::new();
        for fault in &self.faults {
            if !hints.contains(&&fault.what_to_do) && fault.what_to_do != Text::default() {
                hints.push(&fault.what_to_do);
            }
        }
        join(hints.into_iter())
    }
}

fn join<'a>(texts: impl Iterator<Item = &'a Text> + Clone) -> Text {
    let of =
        |wording: fn(&Text) -> &str, mark: &str| texts.clone().map(wording).collect::<Vec<_>>().join(mark);
    Text::new(of(|text| &text.zh, "；"), of(|text| &text.en, "; "))
}

/// It may mend itself, or our side has to.
pub fn tried_again() -> Text {
    Text::new(
        "可能仍在传输，或问题在收件方：下次运行再试",
        "it may still be arriving, or the fault may be the receiver's: the next run tries again",
    )
}

/// It holds what must never lie in the store, not even as evidence.
pub fn never_stored() -> Text {
    Text::new(
        "证件号码不得进入库中，所以没有移入：请在收件箱中销毁它",
        "identity numbers must never enter the store, so it was not moved there: destroy it in the inbox",
    )
}

pub(super) fn not_moved(why: &str) -> Text {
    Text::new(
        format!("未能移走（{why}）：请手工移出收件箱"),
        format!("it could not be moved aside ({why}): take it out of the inbox by hand"),
    )
}
