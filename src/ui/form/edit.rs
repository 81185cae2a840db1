//! Editing the form: moving between its fields, turning what has choices, typing what has none.
//!
//! Idea: nothing that is typed is dropped without a word. A field of text takes every character and says what is wrong
//! with the whole; a field of choices names the letter that it has no choice for.

use crate::domain::order::{Side, TimeInForce};
use crate::domain::view::ClusterView;

use super::super::action::Way;
use super::{FIELD_MAX, Field, Kind, OrderForm, Pricing};

impl OrderForm {
    /// On to the next field, or back, round and round.
    pub fn step(&mut self, way: Way) {
        let fields = self.fields();
        let place = fields.iter().position(|field| *field == self.at).unwrap_or(0);
        let next = match way {
            Way::On => (place + 1) % fields.len(),
            Way::Back => (place + fields.len() - 1) % fields.len(),
        };
        self.at = fields[next];
        (self.typing, self.strange) = (None, None);
    }

    /// The next choice of the field with the cursor, or the one before; what is typed has none.
    pub fn turn(&mut self, way: Way, view: &ClusterView) {
        use TimeInForce::{FillOrKill, GoodTillCancel, ImmediateOrCancel};
        self.strange = None;
        match self.at {
            Field::Kind => self.kind = if self.kind == Kind::Single { Kind::Spread } else { Kind::Single },
            Field::Side(leg) => self.legs[leg].side = self.legs[leg].side.opposite(),
            Field::Pricing => {
                self.pricing = if self.pricing == Pricing::Limit { Pricing::Market } else { Pricing::Limit };
            }
            Field::Wait => {
                let all = [GoodTillCancel, ImmediateOrCancel, FillOrKill];
                let place = all.iter().position(|wait| *wait == self.wait).unwrap_or(0);
                self.wait = all[(place + if way == Way::On { 1 } else { 2 }) % 3];
            }
            Field::Symbol(_) | Field::Price(_) | Field::Lots(_) => return,
        }
        self.follow(view);
    }

    /// A character: text where text belongs, else the first letter of a choice, or a blank for the next.
    pub fn typed(&mut self, char: char, view: &ClusterView) {
        self.strange = None;
        match (self.at, char.to_ascii_lowercase()) {
            (Field::Symbol(_) | Field::Price(_) | Field::Lots(_), _) => self.write(char),
            (Field::Side(leg), 'b') => self.legs[leg].side = Side::Buy,
            (Field::Side(leg), 's') => self.legs[leg].side = Side::Sell,
            (Field::Pricing, 'l') => self.pricing = Pricing::Limit,
            (Field::Pricing, 'm') => self.pricing = Pricing::Market,
            (Field::Wait, 'g') => self.wait = TimeInForce::GoodTillCancel,
            (Field::Wait, 'i') => self.wait = TimeInForce::ImmediateOrCancel,
            (Field::Wait, 'f') => self.wait = TimeInForce::FillOrKill,
            (_, ' ') => self.turn(Way::On, view),
            (Field::Kind | Field::Side(_) | Field::Pricing | Field::Wait, _) => self.strange = Some(char),
        }
        if matches!(self.at, Field::Side(_) | Field::Symbol(_)) {
            self.follow(view);
        }
    }

    /// Adds a character to the text with the cursor; the first one replaces what stood there before the cursor came.
    fn write(&mut self, char: char) {
        let char = match (self.at, char) {
            (Field::Price(_), ',') => '.',
            (Field::Symbol(_), char) => char.to_ascii_uppercase(),
            (_, char) => char,
        };
        let begins = self.typing != Some(self.at);
        if let Some(text) = self.text_mut() {
            if begins {
                text.clear();
            }
            push(text, char);
        }
        self.touched();
    }

    /// Takes the last character away. A price that was touched is the person's own.
    pub fn erase(&mut self) {
        if let Some(text) = self.text_mut() {
            text.pop();
        }
        self.touched();
    }

    /// Empties the field.
    pub fn clear(&mut self) {
        if let Some(text) = self.text_mut() {
            text.clear();
        }
        self.touched();
    }

    /// What stands in the field is what a person wants there: typing goes on, and the book proposes no other price.
    fn touched(&mut self) {
        self.typing = Some(self.at);
        if let Field::Price(leg) = self.at {
            self.legs[leg].own_price = true;
        }
    }

    fn text_mut(&mut self) -> Option<&mut String> {
        match self.at {
            Field::Symbol(leg) => Some(&mut self.legs[leg].symbol),
            Field::Price(leg) => Some(&mut self.legs[leg].price),
            Field::Lots(leg) => Some(&mut self.legs[leg].lots),
            Field::Kind | Field::Side(_) | Field::Pricing | Field::Wait => None,
        }
    }
}

fn push(text: &mut String, char: char) {
    if text.chars().count() < FIELD_MAX {
        text.push(char);
    }
}
