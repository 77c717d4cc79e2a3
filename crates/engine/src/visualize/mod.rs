//! Pictures of flows, for a README and for the person on call: SVG that stands alone, and DOT for Graphviz.
//!
//! [`Picture`] is what is to be seen: tasks, edges and the states of a run, as plain data. `layout` finds their
//! places; the places come from a library. `svg` and `dot` write them down. The same flow and states always
//! give the same bytes. Names and messages are anybody's text: `text` makes them harmless on their way out.

mod card;
mod dot;
mod layout;
mod picture;
mod svg;
#[cfg(test)]
mod tests;
mod text;

use std::path::{Path, PathBuf};

pub use picture::Picture;

use crate::flow::Flow;

impl Flow {
    /// A picture of the flow; [`Picture::with_run`] adds the states of a run.
    ///
    /// ```
    /// # use campana_engine::{Flow, Parameter};
    /// let mut flow = Flow::new("report");
    /// flow.add(Parameter::new("year").default(2026));
    /// let run = flow.run_blocking()?;
    ///
    /// let picture = flow.visualize().with_run(&run);
    /// assert!(picture.svg().contains("Success"));
    /// assert!(picture.dot().starts_with("digraph"));
    /// # Ok::<_, std::io::Error>(())
    /// ```
    pub fn visualize(&self) -> Picture {
        Picture::new(self.name(), &self.graph)
    }
}

/// A picture could not be saved.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what the fields are")]
#[non_exhaustive]
pub enum SaveError {
    /// The file's extension names no format.
    #[error("cannot tell the format of picture '{}': its name must end in .svg or .dot", path.display())]
    Format { path: PathBuf },
    /// The file cannot be written.
    #[error("could not write picture '{}'", path.display())]
    Write { path: PathBuf, source: std::io::Error },
}

impl Picture {
    /// The picture as an SVG document, which needs no other file and can stand in an HTML page as it is.
    pub fn svg(&self) -> String {
        svg::Drawing::new(self).to_string()
    }

    /// The picture as a graph in Graphviz' language DOT.
    pub fn dot(&self) -> String {
        dot::Dot(self).to_string()
    }

    /// Writes the picture to a file, in the format of its extension: `.svg`, or `.dot` and `.gv`.
    ///
    /// # Errors
    /// If the extension is another one, or the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), SaveError> {
        let path = path.as_ref();
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let text = match extension.to_ascii_lowercase().as_str() {
            "svg" => self.svg(),
            "dot" | "gv" => self.dot(),
            _ => return Err(SaveError::Format { path: path.to_owned() }),
        };
        std::fs::write(path, text).map_err(|source| SaveError::Write { path: path.to_owned(), source })
    }
}
