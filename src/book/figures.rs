//! The figures of the law as the parameters have them: every value with place, date, source, and whether it was verified.

use maud::{Markup, html};

use crate::{
    parameter::{Figure, Parameter, Value},
    project::{Project, Rule},
    report::{
        page::{both, say},
        words,
    },
};

/// The figures that a rule uses, each with its whole history.
pub fn of_rule(project: &Project, rule: &Rule) -> Markup {
    let catalogue = project.parameters.catalogue();
    html! { @for parameter in rule.parameters.iter().filter_map(|name| catalogue.get(name)) {
        p.figure { a href={ "#p-" (parameter.name) } { (both(&parameter.title)) } " " (unit(parameter)) }
        (history(project, parameter))
    } }
}

/// All figures, and which rules use them.
pub fn index(project: &Project) -> Markup {
    html! {
        section #figures {
            h2 { (say("参数一览", "Figures, with their history")) }
            p.note { (say(
                "规则里没有写死的数，都在这里。某一天、某个地方用哪个值：区划最细的优先，其次是户籍类别相同的，再其次是最近生效的。“未核实”表示还没有在正式文件中读到，不能当作当地的标准。",
                "No figure stands in a rule: all are here. Which one holds on a day in a place: the narrowest division first, then an equal kind of household registration, then the latest date. 'Not verified' means that nobody has read it in an official text yet; do not take it for the local figure.",
            )) }
            @for parameter in project.parameters.catalogue().values() {
                div.parameter id={ "p-" (parameter.name) } {
                    h3 { (both(&parameter.title)) " " (unit(parameter)) }
                    (history(project, parameter))
                    p.note {
                        code { (parameter.name) }
                        @if let (Some(min), Some(max)) = (&parameter.min, &parameter.max) {
                            " · " (say("合理范围", "sensible from")) " " (words::figure(&min.to_string())) "–" (words::figure(&max.to_string()))
                        }
                        " · " (used_by(project, &parameter.name))
                    }
                }
            }
            p.note { (say("全部参数的摘要", "Digest of all figures")) " SHA-256 " code.hash { (project.parameters.digest().hex()) } }
        }
    }
}

fn used_by(project: &Project, name: &str) -> Markup {
    let rules = project.rules.values().filter(|rule| rule.parameters.iter().any(|used| used == name));
    let mut ids = rules.map(|rule| rule.id.as_str()).peekable();
    html! {
        @if ids.peek().is_none() { (say("不归某条规则，用于排列清单或检查数据", "used by no single rule, but to order lists or to check data")) }
        @else { (say("用于", "used by")) @for id in ids { " " a href={ "#" (id) } { (id) } } }
    }
}

fn history(project: &Project, parameter: &Parameter) -> Markup {
    let mut values: Vec<&Value> = project.parameters.values(&parameter.name).iter().collect();
    values.sort_by_key(|value| (&value.division, &value.hukou_kind, value.from));
    html! {
        div.scroll { table.history {
            thead { tr {
                th.n scope="col" { (say("值", "Value")) }
                th scope="col" { (say("起", "From")) }
                th scope="col" { (say("地方", "Where")) }
                th scope="col" { (say("来源", "Source")) }
            } }
            tbody { @for value in values { tr {
                td.n { (figure(&value.figure)) }
                td.day { (value.from) }
                td { (place(project, value)) }
                td {
                    @if value.verified { b { "✓ " (say("已核实", "verified")) } } @else { span.badge { (say("未核实", "not verified")) } }
                    " " (value.source)
                }
            } } }
        } }
    }
}

fn place(project: &Project, value: &Value) -> Markup {
    let name = project.divisions.name(&value.division, value.from);
    html! {
        @if value.division == "000000" { (say("全国默认", "default for the whole country")) }
        @else if let Some(name) = name { (name) " " code { (value.division) } }
        @else { code { (value.division) } }
        @if let Some(kind) = &value.hukou_kind {
            " · "
            @match kind.as_str() {
                "urban" => (say("城镇户籍", "urban registration")),
                "rural" => (say("农村户籍", "rural registration")),
                "unified" => (say("统一登记的户籍", "unified registration")),
                other => (other),
            }
        }
    }
}

fn figure(figure: &Figure) -> String {
    match figure {
        Figure::Codes(_) | Figure::IntByClass(_) => figure.to_string(),
        _ => words::figure(&figure.to_string()),
    }
}

/// The unit as the catalogue writes it; the first of its other spellings in Chinese, where it has one.
fn unit(parameter: &Parameter) -> Markup {
    let is_chinese = |word: &&String| word.chars().any(|c| !c.is_ascii() && c.is_alphabetic());
    let zh = parameter.also.iter().find(is_chinese).unwrap_or(&parameter.unit);
    html! { span.unit { (say(zh, &parameter.unit)) } }
}
