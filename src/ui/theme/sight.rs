//! How colours are seen: contrast, and by people who see fewer colours.
//!
//! Idea: a theme is measured, not believed. Contrast is WCAG's ratio of relative luminance; distance is CIE76 in Lab
//! under simulated protanopia, deuteranopia and tritanopia.
//! Sources: WCAG 2.2 (relative luminance); Machado, Oliveira, Fernandes 2009 (matrices at severity 1.0), applied to
//! linear light; CIE 15 (Lab, D65).

/// The three ways of seeing fewer colours.
pub const BLINDNESS: [(&str, [[f64; 3]; 3]); 3] = [
    ("protanopia", [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    (
        "deuteranopia",
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    ),
    ("tritanopia", [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
];

fn linear(rgb: [u8; 3]) -> [f64; 3] {
    rgb.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

fn luminance(rgb: [u8; 3]) -> f64 {
    let [r, g, b] = linear(rgb);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// WCAG's contrast ratio, 1 to 21.
pub fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn lab(linear: [f64; 3]) -> [f64; 3] {
    let [r, g, b] = linear.map(|part| part.clamp(0.0, 1.0));
    let xyz = [
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    ];
    let [x, y, z] = xyz.map(|part| if part > 0.008856 { part.cbrt() } else { 7.787 * part + 16.0 / 116.0 });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// How far apart two colours are for such eyes.
pub fn distance(one: [u8; 3], other: [u8; 3], eyes: &[[f64; 3]; 3]) -> f64 {
    let see = |rgb| {
        let light = linear(rgb);
        lab(eyes.map(|row| row.iter().zip(light).map(|(factor, part)| factor * part).sum()))
    };
    let (a, b) = (see(one), see(other));
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

mod tests {
    use ratatui::style::Color;

    use super::super::{Depth, Role, Theme};
    use super::*;

    const PAINTED: [(&str, f64); 3] = [("classroom", 4.5), ("projector", 7.0), ("high-contrast", 7.0)];

    fn rgb(colour: Option<Color>) -> [u8; 3] {
        match colour {
            Some(Color::Rgb(r, g, b)) => [r, g, b],
            other => panic!("not painted: {other:?}"),
        }
    }

    fn is_text(role: &&Role) -> bool {
        !matches!(role, Role::Border | Role::Track | Role::Disabled)
    }

    #[test]
    fn every_text_can_be_read() {
        for (name, least) in PAINTED {
            let theme = Theme::named(name, Depth::Rgb).expect("a built-in theme");
            for role in Role::ALL.iter().filter(is_text) {
                let style = theme.style(*role);
                let ratio = contrast(rgb(style.fg), rgb(style.bg));
                assert!(ratio >= least, "{name}: {} has {ratio:.2}, wants {least}", role.name());
            }
            let disabled = theme.style(Role::Disabled);
            assert!(contrast(rgb(disabled.fg), rgb(disabled.bg)) >= 4.5, "{name}: a disabled hint is still text");
            let border = theme.style(Role::Border);
            assert!(contrast(rgb(border.fg), rgb(border.bg)) >= 3.0, "{name}: frames are seen");
        }
    }

    #[test]
    fn fills_stay_apart_for_all_eyes() {
        let faults = [Role::NodeDegraded, Role::NodeFailed, Role::NodeIsolated];
        let times = [Role::TimeSlow, Role::TimePaused, Role::TimeHistory];
        for (name, _) in PAINTED {
            let theme = Theme::named(name, Depth::Rgb).expect("a built-in theme");
            for (eyes, matrix) in &BLINDNESS {
                for fills in [faults, times] {
                    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
                        let (one, other) = (fills[a], fills[b]);
                        let apart = distance(rgb(theme.style(one).bg), rgb(theme.style(other).bg), matrix);
                        assert!(apart >= 30.0, "{name}, {eyes}: {one:?} and {other:?} are {apart:.0} apart");
                    }
                }
            }
        }
    }

    #[test]
    fn black_on_white_is_twenty_one() {
        assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 0.01);
    }
}
