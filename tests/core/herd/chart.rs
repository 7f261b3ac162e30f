//! The chart of a herd: arrivals per second over time, on a scale of powers of ten.

use std::fmt::Write;

const WIDTH: f64 = 860.0;
const PANEL: f64 = 250.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 44.0;
const GAP: f64 = 62.0;

/// The tallest value that has its place: ten million.
const DECADES: f64 = 7.0;

/// One line of a panel: its name, its colour, its values second by second.
pub(super) struct Line<'a> {
    pub(super) name: &'a str,
    pub(super) colour: &'a str,
    pub(super) dashed: bool,
    pub(super) values: &'a [u64],
}

/// Draws panels one below the other, each with its title.
pub(super) fn draw(panels: &[(&str, Vec<Line<'_>>)]) -> String {
    let height = TOP + panels.len() as f64 * (PANEL + GAP);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"system-ui, sans-serif\" \
         font-size=\"13\" fill=\"#222\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    for (number, (title, lines)) in panels.iter().enumerate() {
        panel(&mut svg, TOP + number as f64 * (PANEL + GAP), title, lines);
    }
    svg.push_str("</svg>\n");
    svg
}

fn panel(svg: &mut String, top: f64, title: &str, lines: &[Line<'_>]) {
    let seconds = lines.iter().map(|line| line.values.len()).max().unwrap_or(1).max(1);
    let x = |second: f64| LEFT + second / seconds as f64 * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| top + PANEL * (1.0 - value.max(1.0).log10() / DECADES);
    let mut put = |text: String| svg.push_str(&(text + "\n"));
    put(format!("<text x=\"{LEFT}\" y=\"{}\" font-size=\"15\" font-weight=\"600\">{title}</text>", top - 22.0));
    for decade in 0..=DECADES as u32 {
        let (value, at) = (10_u64.pow(decade), y(10_f64.powi(decade as i32)));
        put(format!("<path d=\"M{LEFT} {at:.1}H{}\" stroke=\"#ddd\"/>", WIDTH - RIGHT));
        put(format!("<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>", LEFT - 6.0, at + 4.0, short(value)));
    }
    for second in (0..=seconds).step_by((seconds / 6).max(1)) {
        let (at, below) = (x(second as f64), top + PANEL + 18.0);
        put(format!("<text x=\"{at:.1}\" y=\"{below}\" text-anchor=\"middle\">{second} s</text>"));
    }
    for (number, line) in lines.iter().enumerate() {
        let mut path = String::new();
        for (second, value) in line.values.iter().enumerate() {
            let (from, to) = (x(second as f64), x(second as f64 + 1.0));
            let command = if second == 0 { 'M' } else { 'L' };
            // Writing to a string does not fail.
            let _ = write!(path, "{command}{from:.1} {0:.1}H{to:.1}", y(*value as f64));
        }
        let dashes = if line.dashed { " stroke-dasharray=\"5 4\"" } else { "" };
        put(format!("<path d=\"{path}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"{dashes}/>", line.colour));
        let (at, beside) = (LEFT + 250.0 * number as f64, top - 5.0);
        put(format!("<path d=\"M{at} {}h22\" stroke=\"{}\" stroke-width=\"3\"{dashes}/>", beside - 4.0, line.colour));
        put(format!("<text x=\"{}\" y=\"{beside}\">{}</text>", at + 28.0, line.name));
    }
}

fn short(value: u64) -> String {
    match value {
        1_000_000.. => format!("{} M", value / 1_000_000),
        1_000.. => format!("{} k", value / 1_000),
        _ => value.to_string(),
    }
}
