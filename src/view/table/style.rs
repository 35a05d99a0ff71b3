use ratatui::text::{Line, Span};

pub(crate) fn one_style(spans: Vec<Span<'static>>) -> Line<'static> {
    let text: String = spans.into_iter().map(|span| span.content).collect();
    Line::from(text)
}
