//! The picture as SVG: a sheet with a heading, the cards of the tasks, the edges, and a legend of the states.
//!
//! The sheet brings its own background, so that it can be read on a white page and on a dark one.

use std::fmt;

use super::card::{Card, FAINT_INK, INK, PILL_HEIGHT, Pill, SMALL_SIZE, line_width};
use super::layout::{self, Layout, Link, Route, Size};
use super::picture::{Edge, Picture};
use super::text::{self, Xml, shortened};
use crate::graph::EdgeKind;

const FONTS: &str = "ui-sans-serif, system-ui, -apple-system, &#39;Segoe UI&#39;, Roboto, &#39;Helvetica Neue&#39;, \
                     Arial, &#39;Noto Sans&#39;, sans-serif";
const PAPER: &str = "#f6f8fa";
const BORDER: &str = "#d0d7de";
const LINE: &str = "#57606a";
const MARGIN: f64 = 24.0;
const TITLE_SIZE: f64 = 18.0;
/// Where the tasks begin, under a heading of one line and of two.
const HEADING: f64 = 40.0;
const HEADING_WITH_RUN: f64 = 62.0;
const LEGEND: f64 = 42.0;
const LABEL_HEIGHT: f64 = 17.0;
const MIN_WIDTH: f64 = 260.0;
/// Titles and messages may be as long as the picture is wide, and in a narrow one as long as this.
const MIN_TITLE_CHARS: usize = 60;
const MIN_MESSAGE_CHARS: usize = 100;

pub(super) struct Drawing<'a> {
    picture: &'a Picture,
    cards: Vec<Card<'a>>,
    layout: Layout,
    title: String,
    /// What is said of the run, beside its state.
    run: Option<(Pill, String)>,
    legend: Vec<Pill>,
    size: Size,
}

impl<'a> Drawing<'a> {
    pub(super) fn new(picture: &'a Picture) -> Self {
        let cards: Vec<_> = picture.tasks.iter().map(Card::new).collect();
        let sizes: Vec<_> = cards.iter().map(Card::size).collect();
        let links: Vec<_> = picture.edges.iter().map(link).collect();
        let layout = layout::place(&sizes, &links);
        let legend: Vec<_> = picture
            .counts()
            .iter()
            .map(|(&kind, count)| Pill::new(kind, format!("{count} {kind}")))
            .collect();
        let room = |size: f64| (layout.size.width / size / 0.62) as usize;
        let title = shortened(&picture.title, room(TITLE_SIZE).max(MIN_TITLE_CHARS));
        let run = picture.run.as_ref().map(|run| {
            (
                Pill::new(run.kind, run.kind.to_string()),
                shortened(&run.text, room(SMALL_SIZE).max(MIN_MESSAGE_CHARS)),
            )
        });
        let mut drawing = Self { picture, cards, layout, title, run, legend, size: Size::default() };
        drawing.size = drawing.measure();
        drawing
    }

    fn measure(&self) -> Size {
        let run = self.run.as_ref();
        let run = run.map_or(0.0, |(pill, text)| pill.width() + 8.0 + text::width(text) * SMALL_SIZE);
        let title = text::width(&self.title) * TITLE_SIZE * 1.04;
        let legend = if self.legend.is_empty() { 0.0 } else { line_width(&self.legend) };
        let widest = [self.layout.size.width, title, run, legend, MIN_WIDTH].into_iter().fold(0.0, f64::max);
        let foot = if self.legend.is_empty() { 0.0 } else { LEGEND };
        Size {
            width: widest + 2.0 * MARGIN,
            height: self.heading() + self.layout.size.height + foot + 2.0 * MARGIN,
        }
    }

    fn heading(&self) -> f64 {
        if self.run.is_some() { HEADING_WITH_RUN } else { HEADING }
    }

    fn draw_heading(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            r##"<text x="{MARGIN}" y="{}" font-size="{TITLE_SIZE}" font-weight="600" fill="{INK}">{}</text>"##,
            MARGIN + 15.0,
            Xml(&self.title)
        )?;
        if let Some((pill, text)) = &self.run {
            pill.draw(f, MARGIN, MARGIN + 27.0)?;
            writeln!(
                f,
                r##"<text x="{:.1}" y="{}" font-size="{SMALL_SIZE}" fill="{FAINT_INK}">{}</text>"##,
                MARGIN + pill.width() + 8.0,
                MARGIN + 40.0,
                Xml(text)
            )?;
        }
        Ok(())
    }

    fn draw_legend(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.legend.is_empty() {
            return Ok(());
        }
        let (mut x, y) = (MARGIN, self.size.height - MARGIN - PILL_HEIGHT);
        let rule = y - 12.0;
        writeln!(
            f,
            r##"<path d="M{MARGIN} {rule:.1}H{:.1}" stroke="{BORDER}"/>"##,
            self.size.width - MARGIN
        )?;
        for pill in &self.legend {
            pill.draw(f, x, y)?;
            x += line_width(std::slice::from_ref(pill)) + 5.0;
        }
        Ok(())
    }
}

impl fmt::Display for Drawing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Size { width, height } = self.size;
        writeln!(
            f,
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" width="{width:.0}" height="{height:.0}" role="img" aria-label="{}" font-family="{FONTS}">"##,
            Xml(&format!("{}: {}", self.picture.title, self.picture.description()))
        )?;
        writeln!(f, "<title>{}</title>", Xml(&self.picture.title))?;
        writeln!(f, "<desc>{}</desc>", Xml(&self.picture.description()))?;
        writeln!(
            f,
            r##"<rect x="0.5" y="0.5" width="{:.0}" height="{:.0}" rx="12" fill="{PAPER}" stroke="{BORDER}"/>"##,
            width - 1.0,
            height - 1.0
        )?;
        self.draw_heading(f)?;
        let left = (width - self.layout.size.width) / 2.0;
        writeln!(f, r##"<g transform="translate({left:.1} {:.1})">"##, MARGIN + self.heading())?;
        let edges = || self.picture.edges.iter().zip(&self.layout.routes);
        edges().try_for_each(|(edge, route)| draw_edge(f, edge, route))?;
        self.cards.iter().zip(&self.layout.boxes).try_for_each(|(card, &middle)| card.draw(f, middle))?;
        edges().try_for_each(|(edge, route)| draw_label(f, edge, route))?;
        writeln!(f, "</g>")?;
        self.draw_legend(f)?;
        writeln!(f, "</svg>")
    }
}

fn link(edge: &Edge) -> Link {
    let label = match &edge.label {
        Some(label) => Size { width: text::width(label) * SMALL_SIZE + 12.0, height: LABEL_HEIGHT },
        None => Size::default(),
    };
    Link { from: edge.from, to: edge.to, label }
}

fn draw_edge(f: &mut fmt::Formatter<'_>, edge: &Edge, route: &Route) -> fmt::Result {
    let style = match (edge.kind, &edge.label) {
        (EdgeKind::Mapped | EdgeKind::Flattened, _) => r#" stroke-dasharray="6 4""#,
        (EdgeKind::Plain, Some(_)) => "",
        (EdgeKind::Plain, None) => r#" stroke-dasharray="1.5 3.5""#,
    };
    let Some((first, last)) = route.lanes.first().zip(route.lanes.last()) else { return Ok(()) };
    write!(f, r##"<path d="M{:.1} {:.1}V{:.1}"##, first.x, first.top, first.bottom)?;
    for (lane, next) in route.lanes.iter().zip(&route.lanes[1..]) {
        let bend = (lane.bottom + next.top) / 2.0;
        write!(f, "C{:.1} {bend:.1} {:.1} {bend:.1} {:.1} {:.1}", lane.x, next.x, next.x, next.top)?;
        // The arrow head covers the last bit.
        let end = if std::ptr::eq(next, last) { next.bottom - 4.0 } else { next.bottom };
        if end > next.top {
            write!(f, "V{end:.1}")?;
        }
    }
    writeln!(f, r##"" fill="none" stroke="{LINE}" stroke-width="1.4"{style}/>"##)?;
    writeln!(f, r##"<path d="M{:.1} {:.1}l-4 -8h8z" fill="{LINE}"/>"##, last.x, last.bottom)
}

fn draw_label(f: &mut fmt::Formatter<'_>, edge: &Edge, route: &Route) -> fmt::Result {
    let Some(label) = &edge.label else { return Ok(()) };
    let (Size { width, height }, middle) = (link(edge).label, route.label);
    writeln!(
        f,
        r##"<rect x="{:.1}" y="{:.1}" width="{width:.1}" height="{height}" rx="4" fill="{PAPER}"/>"##,
        middle.x - width / 2.0,
        middle.y - height / 2.0,
    )?;
    writeln!(
        f,
        r##"<text x="{:.1}" y="{:.1}" font-size="{SMALL_SIZE}" fill="{FAINT_INK}" text-anchor="middle">{}</text>"##,
        middle.x,
        middle.y + 4.0,
        Xml(label)
    )
}
