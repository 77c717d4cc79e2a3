//! Questions and rows out of bytes, so that whatever bytes there are make some.

use campana_model::Timestamp;
use uuid::Uuid;

use super::world::{TABLES, World};
use crate::query::{Column, Direction, Filter, OrderBy, Part, Related, Select, Table, Test, Type, Value};

/// Text that compares, sorts and matches in every way that could differ between databases.
const TEXTS: [&str; 9] = ["", "a", "A", "ab", "B", "b%", "a_b", r"[x]*?\", "\u{e9}"];
const FORMS: [&str; 10] = ["%", "a%", "%B", "_", "a_b", r"a\_b", r"b\%", r"[x]*?\\", "%*%", "A%_"];
const STATES: [&str; 4] = ["Scheduled", "Running", "Success", "Cached"];

/// Bytes to choose by; when they are used up, the first choice is always taken.
pub(super) struct Source<'b> {
    bytes: std::slice::Iter<'b, u8>,
    made: u128,
}

impl<'b> Source<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes: bytes.iter(), made: 0 }
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or_default()) % end
    }

    pub(super) fn one_in(&mut self, odds: usize) -> bool {
        self.below(odds) == odds - 1
    }

    pub(super) fn pick<'o, T>(&mut self, of: &'o [T]) -> &'o T {
        &of[self.below(of.len())]
    }

    /// An id that no other row has; their order is not that in which they are made.
    pub(super) fn id(&mut self) -> Uuid {
        self.made += 1;
        Uuid::from_u128((self.below(256) as u128) << 120 | self.made)
    }

    pub(super) fn value(&mut self, kind: Type) -> Value {
        match kind {
            Type::Uuid => Value::Uuid(Uuid::from_u128(1)),
            Type::State => Value::Text((*self.pick(&STATES)).to_owned()),
            Type::Text | Type::Status => Value::Text((*self.pick(&TEXTS)).to_owned()),
            Type::Int => Value::Int(self.below(4) as i64 - 1),
            Type::Bool => Value::Bool(self.one_in(2)),
            Type::Time => Value::Time(Timestamp::from_microsecond(self.below(4) as i64).unwrap()),
            Type::Json | Type::States | Type::Events | Type::Subject => {
                Value::Json((*self.pick(&["{}", "[1]"])).to_owned())
            }
        }
    }

    pub(super) fn select(&mut self, table: &'static Table, world: &World, depth: usize) -> Select {
        let columns = (0..self.below(4)).map(|_| self.pick(table.columns)).collect();
        let related = (0..if depth == 0 { 0 } else { self.below(3) }).filter_map(|_| {
            let relation = table.relations.get(self.below(table.relations.len().max(1)))?;
            let known = TABLES.iter().any(|table| std::ptr::eq(*table, relation.to));
            Some(match known.then(|| self.one_in(3))? {
                true => Related::Count(relation, self.part(relation.to, world)),
                false => Related::Rows(relation, self.select(relation.to, world, depth - 1)),
            })
        });
        let related = related.collect();
        Select { table, columns, related, part: self.part(table, world) }
    }

    fn part(&mut self, table: &'static Table, world: &World) -> Part {
        let mut part = Part::all();
        if !self.one_in(3) {
            part.filter = self.filter(table, world, 4);
        }
        part.order_by = (0..self.below(3)).map(|_| self.order(table)).collect();
        if self.one_in(4) {
            part.distinct_on = (0..1 + self.below(2)).map(|_| self.comparable(table)).collect();
        }
        part.limit = self.one_in(3).then(|| self.below(4) as u64);
        part.offset = if self.one_in(4) { self.below(3) as u64 } else { 0 };
        part
    }

    fn order(&mut self, table: &'static Table) -> OrderBy {
        let direction = if self.one_in(2) { Direction::Desc } else { Direction::Asc };
        OrderBy { column: self.comparable(table), direction, nulls_first: self.one_in(2) }
    }

    fn comparable(&mut self, table: &'static Table) -> &'static Column {
        let columns: Vec<_> = table.columns.iter().filter(|column| column.kind.compares()).collect();
        columns[self.below(columns.len())]
    }

    fn filter(&mut self, table: &'static Table, world: &World, depth: usize) -> Filter {
        let parts = |source: &mut Self| {
            (0..source.below(4)).map(|_| source.filter(table, world, depth - 1)).collect()
        };
        match if depth == 0 { 3 } else { self.below(8) } {
            0 => Filter::And(parts(self)),
            1 => Filter::Or(parts(self)),
            2 => Filter::Not(Box::new(self.filter(table, world, depth - 1))),
            3..6 => self.column(table, world),
            _ => {
                let relations = table.relations.iter();
                let known = |to: &Table| TABLES.iter().any(|table| std::ptr::eq(*table, to));
                let known: Vec<_> = relations.filter(|relation| known(relation.to)).collect();
                match &known[..] {
                    [] => self.column(table, world),
                    known => {
                        let relation = *self.pick(known);
                        Filter::Related(relation, Box::new(self.filter(relation.to, world, depth - 1)))
                    }
                }
            }
        }
    }

    fn column(&mut self, table: &'static Table, world: &World) -> Filter {
        let column = self.comparable(table);
        let operand = |source: &mut Self| match column.kind {
            Type::Uuid => Value::Uuid(*source.pick(&world.ids)),
            kind => source.value(kind),
        };
        let one = |source: &mut Self| (!source.one_in(6)).then(|| operand(source));
        let list = |source: &mut Self| {
            (!source.one_in(6)).then(|| (0..source.below(4)).map(|_| operand(source)).collect())
        };
        let form = |source: &mut Self| (!source.one_in(6)).then(|| (*source.pick(&FORMS)).to_owned());
        let tests = if column.kind.is_text() { 13 } else { 9 };
        let test = match self.below(tests) {
            0 => Test::Eq(one(self)),
            1 => Test::Neq(one(self)),
            2 => Test::Lt(one(self)),
            3 => Test::Lte(one(self)),
            4 => Test::Gt(one(self)),
            5 => Test::Gte(one(self)),
            6 => Test::In(list(self)),
            7 => Test::Nin(list(self)),
            8 => Test::IsNull((!self.one_in(6)).then(|| self.one_in(2))),
            9 => Test::Like(form(self)),
            10 => Test::Nlike(form(self)),
            11 => Test::Ilike(form(self)),
            _ => Test::Nilike(form(self)),
        };
        Filter::Column(column, test)
    }
}
