//! The 31 datasets of the exchange as the office lists them, held against `schemas/`. Typed by hand: it must never be
//! generated from the contracts, or it would prove nothing.
//!
//! A dataset is `agency.dataset delivery fresh [key]` and then its columns: `name kind`, `?` when it may be empty, ` S` when
//! it is sensitive though no person, `{…}` the codes; `{4761}` and `{programme}` are the two long lists below.

use std::{collections::BTreeMap, path::Path};

use super::*;

const PROGRAMME: &str = "dibao, dibao_marginal, rigid_expenditure, tekun, temporary, orphan, de_facto_unattended, \
    disability_living, disability_care, elderly_allowance";

const CATALOGUE: &str = "
civil_affairs.persons full 35 [person_id]
  person_id person; id_kind code {resident, hmt_permit, foreign_permanent, temporary}; id_valid bool; sex code {0, 1, 2, 9};
  birth_month month?; hukou_division division; hukou_kind code {urban, rural, unified}
civil_affairs.cases full 7 [case_id]
  case_id ref; household_id ref; person_id person?; programme code {programme}; category code {household, single};
  status code {pending, active, grace, suspended, stopped, denied}; division division; hukou_kind code {urban, rural, unified};
  applied_on date?; start_month month?; end_month month?; monthly_amount money S; declared_annual_income money? S;
  counted_members int; recheck_class code? {A, B, C}; last_recheck_on date?; deleted bool?
civil_affairs.household_members full 7 [household_id, version, person_id]
  household_id ref; version int; person_id person; relationship code {4761}; counted bool;
  exclusion_reason code? {clergy, prison, drug_isolation, missing, other}; labour_capable bool; valid_from date; valid_to date?
civil_affairs.payments by_month(pay_month) 35 [case_id, person_id, item, pay_month, sequence]
  case_id ref; person_id person; programme code {programme}; item code {basic, top_up, back_pay, price_subsidy};
  pay_month month; sequence int; amount money S; division division
civil_affairs.grace_periods full 7 [case_id, start_on]
  case_id ref; start_on date; end_on date; amount money
civil_affairs.authorisations full 7 [household_id, household_version, person_id, signed_on]
  household_id ref; household_version int; person_id person; signed_on date; ended_on date?;
  state code {valid, withdrawn, superseded}
civil_affairs.disability_certificates full 35 [person_id, issued_on]
  person_id person; kind code S {1, 2, 3, 4, 5, 6, 7}; grade int S {1, 2, 3, 4}; issued_on date; valid_to date?;
  state code {valid, frozen, cancelled}
civil_affairs.children_in_need full 35 [person_id, start_month]
  person_id person; kind code {orphan, de_facto_unattended, left_behind, other}; start_month month; end_month month?;
  status code S {active, stopped}
civil_affairs.deaths upsert 7 [record_id]
  record_id ref; person_id person; died_on date?; cremated_on date?; source code {cremation, funeral_fee_waiver, reported};
  deleted bool?
civil_affairs.marriages upsert 35 [record_id]
  record_id ref; person_id person; spouse_person_id person; event code {marriage, divorce}; event_on date; deleted bool?
civil_affairs.supporters full 35 [household_id, person_id]
  household_id ref; person_id person; relationship code {4761}; able code {yes, no, unknown}; annual_support money S
civil_affairs.staff_relatives full 95 [person_id, staff_person_id]
  person_id person; staff_person_id person; relationship code {4761}; filed_on date?

human_resources.insurance_enrolments full 35 [person_id, insurance, from_month, employer_id]
  person_id person; insurance code {110, 120, 170, 210, 410}; enrol_state int {1, 2, 3, 4}; pay_state int {1, 2, 3};
  employer_id ref?; employer_kind code? {enterprise, public, self_employed, agency}; from_month month; to_month month?
human_resources.contributions by_month(month) 35 [person_id, insurance, month, employer_id, sequence]
  person_id person; insurance code {110, 120, 170, 210, 410}; month month; sequence int; base money S; employer_id ref?;
  paid bool; paid_by code {employer, self, government}
human_resources.pension_payments by_month(month) 35 [person_id, scheme, month]
  person_id person; scheme code {employee, civil_servant, resident}; month month; amount money S; basic_amount money
human_resources.unemployment_benefits by_month(month) 35 [person_id, month]
  person_id person; month month; amount money; state code {paid, held}
human_resources.injury_care by_month(month) 35 [person_id, month]
  person_id person; month month; amount money S
human_resources.job_registrations full 35 [person_id, kind, from_on]
  person_id person; kind code {unemployed, hard_to_employ}; from_on date; to_on date?
human_resources.job_refusals upsert 35 [record_id]
  record_id ref; person_id person; offered_on date; refused bool; deleted bool?
human_resources.public_posts full 35 [person_id, from_on]
  person_id person; from_on date; to_on date?; monthly_wage money
human_resources.resident_premiums by_month(year) 400 [person_id, year]
  person_id person; year month; level money; paid_by code {self, government}

housing.property_units full 7 [person_id, unit_id, registered_on]
  person_id person; unit_id ref; use code {dwelling, shop, office, parking, other}; area decimal(10,2); share_num int;
  share_den int; registered_on date; ended_on date?; ended_by code? {sale, gift, demolition, inheritance, other};
  acquired_by code {purchase, inheritance, gift, demolition_swap, self_built, other}; rural bool; buyer_person_id person?
housing.presales upsert 7 [contract_id, person_id]
  contract_id ref; person_id person; unit_id ref; signed_on date; cancelled_on date?; area decimal(10,2); price money S;
  deleted bool?
housing.provident_accounts full 35 [person_id, account_id]
  person_id person; account_id ref; state code {normal, sealed, closed}; base money S; last_paid_month month?;
  balance money S; employer_id ref?
housing.provident_withdrawals upsert 35 [record_id]
  record_id ref; person_id person; withdrawn_on date; reason code {purchase, rent, retirement, medical, other};
  amount money S; deleted bool?
housing.public_rentals full 7 [tenancy_id, person_id]
  tenancy_id ref; person_id person; main_tenant bool; unit_id ref; from_on date; to_on date?; arrears_months int;
  basis code {dibao, tekun, low_income, other}; granted_on date
housing.rent_subsidies by_month(month) 35 [person_id, month]
  person_id person; month month; amount money; basis code {dibao, tekun, low_income, other}; granted_on date

education.enrolments full 30 [person_id, school_id, from_on]
  person_id person; school_id ref;
  stage code {preschool, primary, junior, senior, secondary_vocational, college, bachelor, postgraduate};
  school_kind code {public, private}; in_school bool;
  state code {enrolled, suspended, graduated, dropped_out, transferred}; grade int; full_time bool; from_on date;
  expected_end_on date; annual_fee money?
education.enrolment_changes upsert 30 [record_id]
  record_id ref; person_id person; school_id ref; kind code {suspend, resume, drop_out, transfer, graduate}; changed_on date;
  destination code? {further_study, employed, unemployed, unknown}; deleted bool?
education.student_aid full 30 [person_id, programme, term]
  person_id person; programme code {living_allowance, grant, fee_waiver, other}; term text; amount money;
  basis code {dibao, dibao_marginal, tekun, rigid_expenditure, orphan, de_facto_unattended, disabled, other}; decided_on date
education.guardians full 95 [person_id, guardian_person_id]
  person_id person; guardian_person_id person; relationship code {father, mother, grandparent, other}
";

fn schemas() -> BTreeMap<String, Contract> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let contracts = Contract::load_dir(&dir).unwrap_or_else(|errors| {
        panic!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    });
    contracts.into_iter().map(|(id, contract)| (id.to_string(), contract)).collect()
}

/// GB/T 4761-2008 in the steps that the rules rely on: 01, 02, 10–12, then tens with every digit, without 98.
fn gbt_4761() -> String {
    let listed = [1, 2].into_iter().chain(10..=12).chain(20..=97).chain([99]);
    listed.map(|code| format!("{code:02}")).collect::<Vec<_>>().join(", ")
}

/// A contract in the notation of the catalogue.
fn noted(contract: &Contract) -> String {
    let columns = contract.columns.iter().map(|column| {
        let kind = match column.kind {
            Kind::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
            kind => kind.as_str().to_owned(),
        };
        let empty = if column.required { "" } else { "?" };
        let mark = if column.sensitive && column.kind != Kind::Person { " S" } else { "" };
        let values = column.codes.iter().map(|code| code.value.as_str()).collect::<Vec<_>>().join(", ");
        let codes = if values.is_empty() { String::new() } else { format!(" {{{values}}}") };
        format!("{} {kind}{empty}{mark}{codes}", column.name)
    });
    let columns = columns.collect::<Vec<_>>().join("; ");
    let delivery = match &contract.delivery {
        Delivery::ByMonth { column } => format!("by_month({column})"),
        other => other.as_str().to_owned(),
    };
    format!("{} {delivery} {} [{}]\n{columns}", contract.id, contract.fresh_days, contract.key.join(", "))
}

/// The catalogue with its long lists written out, one line a dataset's columns.
fn listed() -> Vec<String> {
    let mut listed: Vec<String> = Vec::new();
    for line in CATALOGUE.lines().filter(|line| !line.trim().is_empty()) {
        let text = line
            .trim()
            .replace("{programme}", &format!("{{{PROGRAMME}}}"))
            .replace("{4761}", &format!("{{{}}}", gbt_4761()));
        match listed.last_mut().filter(|_| line.starts_with(' ')) {
            Some(dataset) => {
                dataset.push(if dataset.contains('\n') { ' ' } else { '\n' });
                dataset.push_str(&text);
            }
            None => listed.push(text),
        }
    }
    listed
}

#[test]
fn every_dataset_of_the_exchange_has_the_contract_that_the_office_lists() {
    let contracts = schemas();
    let listed = listed();
    assert_eq!((listed.len(), contracts.len()), (31, 31));
    for expected in listed {
        let id = expected.split(' ').next().unwrap();
        let contract = contracts.get(id).unwrap_or_else(|| panic!("{id} has no contract"));
        assert_eq!(noted(contract), expected);
    }
}

#[test]
fn four_agencies_deliver() {
    let mut by_agency: BTreeMap<String, usize> = BTreeMap::new();
    for contract in schemas().into_values() {
        *by_agency.entry(contract.id.agency).or_default() += 1;
    }
    let counts: Vec<(&str, usize)> =
        by_agency.iter().map(|(agency, count)| (agency.as_str(), *count)).collect();
    assert_eq!(counts, [("civil_affairs", 12), ("education", 4), ("housing", 6), ("human_resources", 9)]);
}

#[test]
fn only_persons_keeps_rows_that_differ() {
    let keeping: Vec<String> =
        schemas().into_iter().filter(|(_, one)| one.keeps_differing_rows).map(|(id, _)| id).collect();
    assert_eq!(keeping, ["civil_affairs.persons"]);
}

#[test]
fn only_a_case_must_name_its_township() {
    let contracts = schemas();
    let shortest = |id: &str| {
        let contract = &contracts[id];
        contract.columns[contract.column("division").unwrap()].min_length
    };
    assert_eq!(shortest("civil_affairs.cases"), Some(9));
    assert_eq!(shortest("civil_affairs.payments"), Some(6));
}

#[test]
fn names_for_people_are_written_in_their_language() {
    let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for (id, contract) in schemas() {
        let columns = contract.columns.iter();
        let texts = columns.clone().flat_map(|column| [&column.title, &column.about]);
        let labels = columns.flat_map(|column| column.codes.iter().map(|code| &code.label));
        for text in texts.chain(labels).chain([&contract.title, &contract.about]) {
            assert!(is_chinese(&text.zh) && !is_chinese(&text.en), "{id}: {text:?}");
            assert!(
                !text.zh.contains([',', '(', ')', ';', ':']),
                "{id}: {} has half-width punctuation",
                text.zh
            );
        }
        for column in &contract.columns {
            assert!(is_chinese(&column.header_zh), "{id}: {}", column.header_zh);
        }
    }
}
