//! The parts of a workbook searched for identity numbers (rule Q-06): comments, properties, names, links, headers and footers,
//! formulas, drawings, and texts that no cell shows any more. It keeps no text longer than it looks at it.
//!
//! # Decisions
//!
//! - Every part that is XML is looked at, by what it says and not by its place in the standard: text between the marks, and the
//!   marks themselves with their attributes. Pieces of one text with different looks are put together first.
//! - Texts of cells and names of sheets are found where the sheets are read. What belongs to none any more is found here, and
//!   counts only where nothing else was found: else each number would be told twice.
//! - Fifteen digits count in text alone: among the random digits of identifiers, which stand in attributes, some pass for one.
//! - Pictures, macros and embedded files are not looked into.

use std::{
    borrow::Cow,
    fs::File,
    io::{BufRead, BufReader, Read},
};

use chrono::NaiveDate;
use quick_xml::{
    Reader,
    escape::unescape,
    events::{BytesStart, Event},
};
use zip::ZipArchive;

use super::{
    besides::{Beside, Besides, Elsewhere},
    leaks::sighting,
    quarantine::Where,
    sheet_fault::SheetFault,
};
use crate::identity::Sighting;

/// So long a text is looked at by itself; a cell holds 32,767 characters.
const LONGEST: usize = 1 << 20;

/// Marks that part a text by its looks, and do not end it.
const LOOKS: &[&str] = &[
    "r",
    "t",
    "rPr",
    "solidFill",
    "srgbClr",
    "schemeClr",
    "ln",
    "effectLst",
    "highlight",
    "latin",
    "ea",
    "cs",
    "extLst",
    "ext",
];

/// Looks at every part that the guard has measured.
pub(super) fn look(file: File, found: &Besides) -> Result<(), SheetFault> {
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|_| SheetFault::NotZip)?;
    found.look(Beside::Archive, &String::from_utf8_lossy(archive.comment()));
    for n in 0..archive.len() {
        let part = archive.by_index(n).map_err(|_| SheetFault::NotZip)?;
        let name = part.name().map_err(|_| SheetFault::NotZip)?.to_ascii_lowercase();
        found.look(Beside::Archive, &name);
        found.look(Beside::Archive, part.comment());
        if is_markup(&name) {
            let of_sheets = name.ends_with("docprops/app.xml");
            let one =
                Part { beside: beside(&name), found, text: String::new(), of_sheets, repeats: of_sheets };
            match name.ends_with(".vml") {
                true => one.skim(part)?,
                false => one.read(BufReader::new(part))?,
            }
        }
    }
    Ok(())
}

/// Whether a part of this name, in small letters, is XML.
pub(super) fn is_markup(name: &str) -> bool {
    [".xml", ".rels", ".vml"].iter().any(|end| name.ends_with(end))
}

/// What a part of this name, in small letters, is called for people.
fn beside(name: &str) -> Beside {
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    match name {
        _ if name.ends_with(".rels") || has(&["externallinks/"]) => Beside::Links,
        _ if has(&["comments", "persons/"]) => Beside::Comments,
        _ if has(&["docprops/"]) => Beside::Properties,
        _ if has(&["drawings/", "charts/", ".vml"]) => Beside::Drawings,
        _ if name.ends_with("sharedstrings.xml") => Beside::Strings,
        _ if has(&["sheets/"]) => Beside::Sheets,
        _ if name.ends_with("workbook.xml") => Beside::Names,
        _ => Beside::Other,
    }
}

/// A part that is being read.
struct Part<'a> {
    beside: Beside,
    found: &'a Besides,
    /// The text since the last mark that ends one.
    text: String,
    /// Whether all of it repeats the names of sheets.
    of_sheets: bool,
    /// Whether it is the value of a cell, or of a sheet.
    repeats: bool,
}

impl Part<'_> {
    /// The old form of drawings looks like XML and need not be any.
    fn skim(mut self, mut part: impl Read) -> Result<(), SheetFault> {
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).map_err(|_| SheetFault::NotZip)?;
        for piece in bytes.split(|byte| matches!(byte, b'<' | b'>')) {
            let piece = String::from_utf8_lossy(piece);
            self.text.push_str(&unescape(&piece).unwrap_or_else(|_| piece.as_ref().into()));
            self.look();
        }
        Ok(())
    }

    fn read(mut self, part: impl BufRead) -> Result<(), SheetFault> {
        let mut reader = Reader::from_reader(part);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer).map_err(|_| SheetFault::Markup)? {
                Event::Start(mark) => {
                    self.mark(&mark);
                    self.begin(mark.local_name().as_ref());
                }
                Event::Empty(mark) => self.mark(&mark),
                Event::End(mark) => self.end(mark.local_name().as_ref()),
                Event::Text(text) => self.add(&text),
                Event::CData(text) => self.add(&text),
                Event::GeneralRef(reference) => {
                    let character = reference.resolve_char_ref().ok().flatten();
                    self.text.push(character.unwrap_or('?'));
                }
                Event::Comment(text) => self.aside(&text),
                Event::PI(text) => self.aside(&text),
                Event::Decl(_) | Event::DocType(_) => {}
                Event::Eof => break,
            }
        }
        self.look();
        Ok(())
    }

    fn add(&mut self, text: &str) {
        self.text.push_str(text);
        if self.text.len() > LONGEST {
            self.look();
        }
    }

    fn begin(&mut self, name: &str) {
        if !LOOKS.contains(&name) {
            self.look();
        }
        self.repeats = match self.beside {
            Beside::Strings => true,
            Beside::Sheets => self.repeats && LOOKS.contains(&name) || matches!(name, "v" | "is" | "t"),
            _ => self.of_sheets,
        };
    }

    fn end(&mut self, name: &str) {
        if !LOOKS.contains(&name) {
            self.look();
        }
    }

    /// Looks at the text so far, and begins a new one.
    fn look(&mut self) {
        if let Some(sighting) = sighting(&self.text, NaiveDate::MAX)
            && (sighting == Sighting::Eighteen || !self.repeats)
        {
            self.note(sighting, self.repeats);
        }
        self.text.clear();
    }

    /// Looks at a mark with its attributes.
    fn mark(&self, mark: &BytesStart<'_>) {
        let is_number = |text: &str| sighting(text, NaiveDate::MAX) == Some(Sighting::Eighteen);
        let plain = |text: &'_ str| unescape(text).map_or_else(|_| text.to_owned(), Cow::into_owned);
        // Most marks have few digits, and nothing is written otherwise in them.
        let may_hold = is_number(mark) || mark.contains('&') && is_number(&plain(mark));
        if !may_hold {
            return;
        }
        // One by one: a keyed hash is none, if it stands alone.
        let mut is_any = false;
        for attribute in mark.attributes().with_checks(false) {
            let Ok(attribute) = attribute else {
                is_any = true;
                break;
            };
            is_any |= is_number(&plain(&attribute.value));
        }
        if is_any {
            self.note(
                Sighting::Eighteen,
                self.beside == Beside::Names && mark.local_name().as_ref() == "sheet",
            );
        }
    }

    /// Looks at what no program reads.
    fn aside(&self, text: &str) {
        if let Some(sighting) = sighting(text, NaiveDate::MAX) {
            self.note(sighting, false);
        }
    }

    fn note(&self, sighting: Sighting, repeats: bool) {
        self.found.note(Elsewhere { place: Where::Beside(self.beside), line: 0, sighting, repeats });
    }
}
