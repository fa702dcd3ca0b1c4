//! The builder's second half: what the registers of the four agencies say of a planted person, a line each.
//!
//! Never random, like the first half in `city`.

use std::ops::RangeInclusive;

use chrono::{Datelike as _, NaiveDate};

use super::city::{City, Home, Somebody, last};
use crate::{
    model::Fen,
    synth::{
        calendar::plus_days,
        number::Ref,
        rows::{
            Certificate, Child, Contribution, Death, Enrolment, Guardian, InjuryCare, Pension, Premium,
            RentSubsidy, Schooling, Supporter, Tenancy, Unit,
        },
    },
};

impl City<'_> {
    /// Someone's death; the row can still be changed.
    pub fn dies(&mut self, somebody: &Somebody, on: NaiveDate) -> &mut Death {
        let record_id = self.reference("D");
        let cremated_on = Some(plus_days(on, 2)).filter(|day| *day < self.calendar.t);
        self.rows.deaths.push(Death {
            record_id,
            person_id: somebody.id,
            died_on: Some(on),
            cremated_on,
            source: "cremation",
            deleted: None,
        });
        last(&mut self.rows.deaths)
    }

    /// Pension payments, a row a month.
    pub fn pension(
        &mut self,
        somebody: &Somebody,
        scheme: &'static str,
        months: RangeInclusive<i32>,
        amount: Fen,
        basic_amount: Fen,
    ) {
        for k in months {
            let month = self.m(k);
            self.rows.pension_payments.push(Pension {
                person_id: somebody.id,
                scheme,
                month,
                amount,
                basic_amount,
            });
        }
    }

    /// Contributions that an employer paid, a row a month (no enrolment).
    pub fn contributions(&mut self, somebody: &Somebody, months: RangeInclusive<i32>, base: Fen) {
        let employer = self.reference("E");
        for k in months {
            self.rows.contributions.push(Contribution {
                person_id: somebody.id,
                insurance: "110",
                month: self.m(k),
                sequence: 1,
                base,
                employer_id: Some(employer),
                paid: true,
                paid_by: "employer",
            });
        }
    }

    /// The contributions of someone, to be changed.
    pub fn each_contribution(&mut self, somebody: &Somebody, change: impl Fn(&mut Contribution)) {
        self.rows.contributions.iter_mut().filter(|row| row.person_id == somebody.id).for_each(change);
    }

    /// An enrolment in state normal; the row can still be changed.
    pub fn enrolment(&mut self, somebody: &Somebody, insurance: &'static str, from: i32) -> &mut Enrolment {
        let employer = (insurance != "170").then(|| self.reference("E"));
        self.rows.insurance_enrolments.push(Enrolment {
            person_id: somebody.id,
            insurance,
            enrol_state: 1,
            pay_state: 1,
            employer_id: employer,
            employer_kind: employer.map(|_| "enterprise"),
            from_month: self.m(from),
            to_month: None,
        });
        last(&mut self.rows.insurance_enrolments)
    }

    /// Resident pension premiums that the government paid, for this year and two before.
    pub fn premiums(&mut self, somebody: &Somebody) {
        for back in 0..3 {
            self.premium(somebody, back);
        }
    }

    /// The premium of one year, counted back from t's.
    pub fn premium(&mut self, somebody: &Somebody, years_back: i32) {
        let january = self.calendar.month(1 - self.month_of_year() - 12 * years_back);
        self.rows.resident_premiums.push(Premium {
            person_id: somebody.id,
            year: january,
            level: Fen(100_00),
            paid_by: "government",
        });
    }

    fn month_of_year(&self) -> i32 {
        i32::try_from(self.calendar.t.month()).unwrap_or(1)
    }

    /// Takes the premiums of someone away.
    pub fn no_premiums(&mut self, somebody: &Somebody) {
        self.rows.resident_premiums.retain(|row| row.person_id != somebody.id);
    }

    /// A valid certificate; the row can still be changed.
    pub fn certificate(&mut self, somebody: &Somebody, kind: &'static str, grade: i32) -> &mut Certificate {
        self.rows.disability_certificates.push(Certificate {
            person_id: somebody.id,
            kind,
            grade,
            issued_on: self.d(-700),
            valid_to: Some(self.d(2950)),
            state: "valid",
        });
        last(&mut self.rows.disability_certificates)
    }

    /// A dwelling of some hundredths of a square metre; the row can still be changed.
    pub fn unit(&mut self, somebody: &Somebody, area: i64, share_num: i32, share_den: i32) -> &mut Unit {
        let unit_id = self.reference("U");
        self.rows.property_units.push(Unit {
            person_id: somebody.id,
            unit_id,
            use_: "dwelling",
            area: Fen(area),
            share_num,
            share_den,
            registered_on: self.d(-4000),
            ended_on: None,
            ended_by: None,
            acquired_by: "inheritance",
            rural: false,
            buyer_person_id: None,
        });
        last(&mut self.rows.property_units)
    }

    /// Takes the homes of someone away.
    pub fn no_units(&mut self, somebody: &Somebody) {
        self.rows.property_units.retain(|row| row.person_id != somebody.id);
    }

    /// An open tenancy of one main tenant and others; returns its number.
    pub fn tenancy(&mut self, tenants: &[Somebody], basis: &'static str) -> Ref {
        let (tenancy_id, unit_id) = (self.reference("T"), self.reference("U"));
        for (index, tenant) in tenants.iter().enumerate() {
            self.rows.public_rentals.push(Tenancy {
                tenancy_id,
                person_id: tenant.id,
                main_tenant: index == 0,
                unit_id,
                from_on: self.d(-400),
                to_on: None,
                arrears_months: 0,
                basis,
                granted_on: self.d(-420),
            });
        }
        tenancy_id
    }

    /// The rows of a tenancy, to be changed.
    pub fn each_tenant(&mut self, tenancy: Ref, change: impl Fn(&mut Tenancy)) {
        self.rows.public_rentals.iter_mut().filter(|row| row.tenancy_id == tenancy).for_each(change);
    }

    /// Rent subsidies, a row a month.
    pub fn rent_subsidy(&mut self, somebody: &Somebody, months: RangeInclusive<i32>, basis: &'static str) {
        for k in months {
            self.rows.rent_subsidies.push(RentSubsidy {
                person_id: somebody.id,
                month: self.m(k),
                amount: Fen(240_00),
                basis,
                granted_on: self.d(-420),
            });
        }
    }

    /// Injury care fees, a row a month.
    pub fn injury_care(&mut self, somebody: &Somebody, months: RangeInclusive<i32>) {
        for k in months {
            let month = self.m(k);
            self.rows.injury_care.push(InjuryCare { person_id: somebody.id, month, amount: Fen(1_980_00) });
        }
    }

    /// An enrolment in school now; the row can still be changed.
    pub fn pupil(&mut self, somebody: &Somebody, stage: &'static str) -> &mut Schooling {
        let school_id = self.reference("S");
        self.rows.enrolments.push(Schooling {
            person_id: somebody.id,
            school_id,
            stage,
            school_kind: "public",
            in_school: true,
            state: "enrolled",
            grade: 1,
            full_time: true,
            from_on: self.d(-190),
            expected_end_on: self.d(800),
            annual_fee: None,
        });
        last(&mut self.rows.enrolments)
    }

    /// A guardian of a pupil.
    pub fn guardian(&mut self, child: &Somebody, guardian: &Somebody, relationship: &'static str) {
        self.rows.guardians.push(Guardian {
            person_id: child.id,
            guardian_person_id: guardian.id,
            relationship,
        });
    }

    /// A supporter of a household who can support and does not; the row can still be changed.
    pub fn supporter(&mut self, home: &Home, somebody: &Somebody) -> &mut Supporter {
        self.rows.supporters.push(Supporter {
            household_id: home.household,
            person_id: somebody.id,
            relationship: "20",
            able: "yes",
            annual_support: Fen(0),
        });
        last(&mut self.rows.supporters)
    }

    /// An active row in the register of children in need.
    pub fn child_in_need(&mut self, somebody: &Somebody, kind: &'static str) -> &mut Child {
        self.rows.children_in_need.push(Child {
            person_id: somebody.id,
            kind,
            start_month: self.m(-20),
            end_month: None,
            status: "active",
        });
        last(&mut self.rows.children_in_need)
    }
}
