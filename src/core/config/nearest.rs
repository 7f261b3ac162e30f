//! What somebody may have meant.

/// Names longer than this aren't a slip of the finger, and aren't worth the comparison.
const LONGEST: usize = 40;

/// The known name that differs least from `name`, if it differs by little: by a third of its letters at most, counting
/// a letter more, less or other, and two neighbours swapped, as one each. Upper and lower case are the same.
#[must_use]
pub fn nearest(name: &str, known: impl IntoIterator<Item = &'static str>) -> Option<&'static str> {
    let name = letters(name);
    if name.is_empty() || name.len() > LONGEST {
        return None;
    }
    known
        .into_iter()
        .map(|candidate| (distance(&name, &letters(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn letters(name: &str) -> Vec<char> {
    name.chars().take(LONGEST + 1).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Edits that make one of the other, no letter edited twice (optimal string alignment).
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, counterpart) in other.iter().enumerate() {
            let replaced = above[column] + usize::from(letter != counterpart);
            let mut least = replaced.min(above[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && *letter == other[column - 1] && one[row - 1] == *counterpart {
                let swapped: usize = before[column - 1];
                least = least.min(swapped + 1);
            }
            current.push(least);
        }
        before = std::mem::replace(&mut above, current);
    }
    above[other.len()]
}
