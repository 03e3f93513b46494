//! The templates, compiled once. May import nothing of the crate. Outside text is only ever a value in them, never a template; HTML values are escaped.

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

/// The templates by name. The ending decides about escaping: `.html` is escaped, `.txt` is not. What they share is included, not imported:
/// an import makes its macros anew for every letter.
const TEMPLATES: [(&str, &str); 10] = [
    ("notice.txt", include_str!("templates/notice.txt.j2")),
    ("notice.html", include_str!("templates/notice.html.j2")),
    ("requester.txt", include_str!("templates/requester.txt.j2")),
    ("requester.html", include_str!("templates/requester.html.j2")),
    ("joint.txt", include_str!("templates/joint.txt.j2")),
    ("joint.html", include_str!("templates/joint.html.j2")),
    ("bare.txt", include_str!("templates/bare.txt.j2")),
    ("bare.html", include_str!("templates/bare.html.j2")),
    ("item.html", include_str!("templates/item.html.j2")),
    ("text.html", include_str!("templates/text.html.j2")),
];

/// Which pair of templates a letter is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One notice to somebody who works with batond.
    Notice,
    /// One notice to a requester.
    Requester,
    /// Several notices that were held.
    Joint,
    /// An answer that belongs to no item.
    Bare,
}

/// A template did not compile or did not render.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("template {name}: {why}")]
pub struct RenderError {
    /// The template.
    pub name: &'static str,
    /// What is wrong with it, with its line.
    pub why: String,
}

/// The compiled templates.
#[derive(Debug)]
pub struct Renderer {
    environment: Environment<'static>,
}

impl Renderer {
    /// Compiles the templates that come with batond.
    ///
    /// # Errors
    /// The first template that does not compile.
    pub fn new() -> Result<Self, RenderError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|name| {
            if name.ends_with(".html") {
                AutoEscape::Html
            } else {
                AutoEscape::None
            }
        });
        let failed = |name| {
            move |error: minijinja::Error| RenderError {
                name,
                why: error.to_string(),
            }
        };
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build();
        environment.set_syntax(syntax.map_err(failed("syntax"))?);
        for (name, source) in TEMPLATES {
            environment.add_template(name, source).map_err(failed(name))?;
        }
        Ok(Self { environment })
    }

    /// The one every letter is written with.
    pub(super) fn shared() -> Result<&'static Self, RenderError> {
        static SHARED: LazyLock<Result<Renderer, RenderError>> = LazyLock::new(Renderer::new);
        SHARED.as_ref().map_err(Clone::clone)
    }

    /// The plain text and the HTML of a page.
    ///
    /// # Errors
    /// A template that asks for what the page does not have.
    pub(super) fn render(&self, form: Form, page: &impl Serialize) -> Result<(String, String), RenderError> {
        let (text, html) = match form {
            Form::Notice => ("notice.txt", "notice.html"),
            Form::Requester => ("requester.txt", "requester.html"),
            Form::Joint => ("joint.txt", "joint.html"),
            Form::Bare => ("bare.txt", "bare.html"),
        };
        let page = minijinja::Value::from(Serde(page));
        let one = |name: &'static str| {
            let template = self.environment.get_template(name);
            template
                .and_then(|template| template.render(page.clone()))
                .map_err(|error| RenderError {
                    name,
                    why: error.to_string(),
                })
        };
        Ok((one(text)?, one(html)?))
    }
}
