//! The words of the book, for someone who has never read a rule.

use maud::{Markup, html};

use crate::report::page::say;

const WORDS: [(&str, &str, &str, &str); 19] = [
    (
        "低保",
        "dibao",
        "最低生活保障：家庭人均收入低于当地标准的，按差额发给。",
        "the minimum living guarantee: families below the local standard per head are paid the difference",
    ),
    (
        "低保边缘",
        "marginal",
        "收入略高于低保标准、仍有困难的家庭。",
        "families a little above the dibao standard who are still in need",
    ),
    (
        "特困",
        "tekun",
        "没有劳动能力、没有收入、没有人能赡养的人，由政府供养。",
        "support of people without capacity to work, income or anyone able to support them",
    ),
    (
        "刚性支出困难",
        "unavoidable spending",
        "因看病、上学等必须的花费而困难的家庭。",
        "families in need because of spending they cannot avoid, such as illness or school",
    ),
    (
        "低收入家庭",
        "low-income layer",
        "低保、低保边缘、特困、刚性支出困难的统称。",
        "dibao, marginal, tekun and unavoidable spending together",
    ),
    (
        "事实无人抚养儿童",
        "de facto unattended child",
        "父母还在，但都不能抚养的孩子。",
        "a child whose parents live but cannot care for the child",
    ),
    (
        "案件",
        "case",
        "救助台账上的一行：一个家庭或一个人在一个项目里。",
        "one line of the assistance register: a household or a person in a programme",
    ),
    ("在保", "active", "案件已经开始、没有结束，正在享受。", "the case has begun and not ended"),
    (
        "现有成员、计入",
        "counted member",
        "家庭现行登记中按人数算的人；另有原因不算的，登记里写明。",
        "someone the household is paid for, by its present record; who is left out has a reason on record",
    ),
    (
        "渐退期",
        "grace period",
        "有了工作或收入以后，一段时间内继续发放，再慢慢退出。",
        "after finding work support goes on for a time",
    ),
    (
        "低保标准",
        "standard",
        "当地每人每月的最低生活标准，在参数里。",
        "the local amount per person and month, among the figures",
    ),
    (
        "整月",
        "full month",
        "已经过完的月份，不含本月。近六个整月、近十二个整月（C6、C12）都这样数。",
        "a month that is over; the last six or twelve (C6, C12) are counted without this one",
    ),
    (
        "查得收入",
        "found income",
        "近十二个整月的养老金（不含基础部分）、失业金、岗位工资或由缴费基数推算的工资。",
        "pensions beyond the basic part, unemployment benefit, and post wages or wages inferred from contribution bases, over twelve full months",
    ),
    (
        "缴费基数",
        "contribution base",
        "单位报缴保险用的数，不等于工资。",
        "the amount insurance is reckoned on; it is not a wage",
    ),
    (
        "份额",
        "share",
        "一处房产中属于本人或家庭的部分。",
        "the part of a home that is the person's or the family's",
    ),
    ("网签合同", "presale contract", "购房时在网上签订、登记的合同。", "a registered contract to buy a home"),
    (
        "回看期",
        "months looked back on",
        "往回看多少个月，见参数。",
        "how many months back a rule looks, among the figures",
    ),
    (
        "核对日",
        "business date",
        "一次核对所说的“今天”（原文中的 t；M 是它所在的月）。",
        "the day a check is about (`t` in the exact text; M is its month)",
    ),
    (
        "参数",
        "figure",
        "规则用到的数：有日期、有地方、有来源，不写死在规则里。",
        "a number that rules use: with date, place and source, never inside a rule",
    ),
];

/// The list of words.
pub fn section() -> Markup {
    html! {
        section #words {
            h2 { (say("名词", "Words")) }
            dl.words { @for (zh, en, about_zh, about_en) in WORDS {
                div { dt { (say(zh, en)) } dd { (say(about_zh, about_en)) } }
            } }
        }
    }
}
