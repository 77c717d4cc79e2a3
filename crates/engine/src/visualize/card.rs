//! One task as it is drawn: a card with its name and, by word and colour, its states.

use std::fmt;

use campana_model::StateKind;

use super::layout::{Point, Size};
use super::picture::Task;
use super::text::{self, Xml, ink};
use crate::spec::Role;

pub(super) const INK: &str = "#1f2328";
pub(super) const FAINT_INK: &str = "#57606a";
const BORDER: &str = "#8c959f";
const PAPER: &str = "#ffffff";
const PARAMETER_PAPER: &str = "#eef2ff";

pub(super) const NAME_SIZE: f64 = 14.0;
pub(super) const SMALL_SIZE: f64 = 11.0;
pub(super) const PILL_HEIGHT: f64 = 18.0;
const NAME_LINE: f64 = 20.0;
const NOTE_LINE: f64 = 16.0;
const PILL_LINE: f64 = 23.0;
const PILL_GAP: f64 = 5.0;
const PILLS_IN_LINE: usize = 3;
const PADDING: Size = Size { width: 18.0, height: 9.0 };
const MIN_WIDTH: f64 = 96.0;
/// By how much the second and third card of a stack stick out.
const STACKED: [f64; 2] = [8.0, 4.0];

/// A word on a state's colour.
pub(super) struct Pill {
    kind: StateKind,
    text: String,
}

impl Pill {
    pub(super) fn new(kind: StateKind, text: String) -> Self {
        Self { kind, text }
    }

    pub(super) fn width(&self) -> f64 {
        text::width(&self.text) * SMALL_SIZE + 16.0
    }

    /// Draws it with its upper left corner at `(x, y)`.
    pub(super) fn draw(&self, f: &mut fmt::Formatter<'_>, x: f64, y: f64) -> fmt::Result {
        let (width, color) = (self.width(), self.kind.color());
        writeln!(
            f,
            r##"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{PILL_HEIGHT}" rx="9" fill="{color}"/>"##
        )?;
        let (middle, base, ink) = (x + width / 2.0, y + 13.0, ink(color));
        writeln!(
            f,
            r##"<text x="{middle:.1}" y="{base:.1}" font-size="{SMALL_SIZE}" font-weight="600" fill="{ink}" text-anchor="middle">{}</text>"##,
            Xml(&self.text)
        )
    }
}

/// A task with all that is written on its card.
pub(super) struct Card<'a> {
    task: &'a Task,
    times: Option<String>,
    note: Option<String>,
    pills: Vec<Vec<Pill>>,
}

impl<'a> Card<'a> {
    pub(super) fn new(task: &'a Task) -> Self {
        let own = task.state.as_ref().map(|state| vec![Pill::new(state.kind, state.kind.to_string())]);
        let children: Vec<_> =
            task.children.iter().map(|(&kind, count)| (kind, format!("{count} {kind}"))).collect();
        let children = children
            .chunks(PILLS_IN_LINE)
            .map(|line| line.iter().map(|(kind, text)| Pill::new(*kind, text.clone())).collect());
        Self {
            task,
            times: task.times(),
            note: task.note(),
            pills: own.into_iter().chain(children).collect(),
        }
    }

    /// How much room it takes, the cards behind it included.
    pub(super) fn size(&self) -> Size {
        let Size { width, height } = self.front();
        let stack = self.stack();
        Size { width: width + 2.0 * stack, height: height + stack }
    }

    fn stack(&self) -> f64 {
        if self.task.mapped { STACKED[0] } else { 0.0 }
    }

    fn front(&self) -> Size {
        let pills = self.pills.iter().map(|line| line_width(line)).fold(0.0, f64::max);
        let note = self.note.as_deref().map_or(0.0, |note| text::width(note) * SMALL_SIZE);
        let width = self.heading_width().max(note).max(pills) + 2.0 * PADDING.width;
        let notes = if self.note.is_some() { NOTE_LINE } else { 0.0 };
        let height = NAME_LINE + notes + self.pills.len() as f64 * PILL_LINE + 2.0 * PADDING.height;
        Size { width: width.max(MIN_WIDTH), height }
    }

    fn heading_width(&self) -> f64 {
        self.name_width() + self.times.as_deref().map_or(0.0, |times| 8.0 + text::width(times) * NAME_SIZE)
    }

    fn name_width(&self) -> f64 {
        text::width(&self.task.name) * NAME_SIZE * 1.04
    }

    /// Draws it around `middle`.
    pub(super) fn draw(&self, f: &mut fmt::Formatter<'_>, middle: Point) -> fmt::Result {
        let (size, stack) = (self.front(), self.stack());
        // The cards behind stick out at the upper right.
        let left = middle.x - size.width / 2.0;
        let top = middle.y - (size.height + stack) / 2.0 + stack;
        writeln!(f, "<g>\n<title>{}</title>", Xml(&self.task.details()))?;
        if self.task.mapped {
            for behind in STACKED {
                self.sheet(f, left + behind, top - behind, size)?;
            }
        }
        self.sheet(f, left, top, size)?;
        if let (Some(state), false) = (&self.task.state, self.is_parameter()) {
            let (x, y, height, color) = (left + 6.0, top + 8.0, size.height - 16.0, state.kind.color());
            writeln!(
                f,
                r##"<rect x="{x:.1}" y="{y:.1}" width="4" height="{height:.1}" rx="2" fill="{color}"/>"##
            )?;
        }
        self.write(f, middle.x, top)?;
        writeln!(f, "</g>")
    }

    fn is_parameter(&self) -> bool {
        self.task.role == Role::Parameter
    }

    fn sheet(&self, f: &mut fmt::Formatter<'_>, x: f64, y: f64, Size { width, height }: Size) -> fmt::Result {
        let (paper, round) =
            if self.is_parameter() { (PARAMETER_PAPER, 22.0_f64.min(height / 2.0)) } else { (PAPER, 8.0) };
        let stroke =
            self.task.state.as_ref().map_or(BORDER.to_owned(), |state| state.kind.color().to_string());
        let dashes = if self.task.role == Role::Cleanup { r#" stroke-dasharray="2 3""# } else { "" };
        writeln!(
            f,
            r##"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" rx="{round:.1}" fill="{paper}" stroke="{stroke}" stroke-width="1.5"{dashes}/>"##
        )
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, middle: f64, top: f64) -> fmt::Result {
        let mut y = top + PADDING.height;
        let base = y + 15.0;
        write!(
            f,
            r##"<text x="{middle:.1}" y="{base:.1}" font-size="{NAME_SIZE}" font-weight="600" fill="{INK}" text-anchor="middle">{}"##,
            Xml(&self.task.name)
        )?;
        if let Some(times) = &self.times {
            write!(f, r##"<tspan dx="8" font-weight="400" fill="{FAINT_INK}">{}</tspan>"##, Xml(times))?;
        }
        writeln!(f, "</text>")?;
        y += NAME_LINE;
        if let Some(note) = &self.note {
            let base = y + 11.0;
            writeln!(
                f,
                r##"<text x="{middle:.1}" y="{base:.1}" font-size="{SMALL_SIZE}" fill="{FAINT_INK}" text-anchor="middle">{}</text>"##,
                Xml(note)
            )?;
            y += NOTE_LINE;
        }
        for line in &self.pills {
            let mut x = middle - line_width(line) / 2.0;
            for pill in line {
                pill.draw(f, x, y + 3.0)?;
                x += pill.width() + PILL_GAP;
            }
            y += PILL_LINE;
        }
        Ok(())
    }
}

/// The width of pills beside each other.
pub(super) fn line_width(line: &[Pill]) -> f64 {
    line.iter().map(|pill| pill.width() + PILL_GAP).sum::<f64>() - PILL_GAP
}
