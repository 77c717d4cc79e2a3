//! The types of the schema that follow from the tables.

use async_graphql::InputType as _;
use async_graphql::indexmap::IndexMap;
use async_graphql::registry::{
    CacheControl, Deprecation, MetaEnumValue, MetaField, MetaInputValue, MetaType, Registry,
};
use campana_store::query::{Column, Relation, Table, Type};

use super::super::scalars::{Time, Uuid};

/// The values of an order, and what each means.
const ORDERS: [(&str, &str); 6] = [
    ("asc", "Small ones first, null last."),
    ("asc_nulls_first", "Null first, then small ones."),
    ("asc_nulls_last", "Small ones first, null last."),
    ("desc", "Great ones first, null before them."),
    ("desc_nulls_first", "Null first, then great ones."),
    ("desc_nulls_last", "Great ones first, null last."),
];

/// Puts the types of these tables into the schema; gives the fields by which a query begins.
pub(super) fn register(registry: &mut Registry, tables: &[&'static Table]) -> IndexMap<String, MetaField> {
    Uuid::create_type_info(registry);
    Time::create_type_info(registry);
    i32::create_type_info(registry);
    String::create_type_info(registry);
    bool::create_type_info(registry);
    put(registry, scalar("jsonb", "JSON, as it is."));
    put(registry, enumeration("order_by", "In which order.", ORDERS));
    for (kind, name) in [
        ("uuid", "an id"),
        ("String", "text"),
        ("Int", "a number"),
        ("Boolean", "true or false"),
        ("timestamptz", "a time"),
    ] {
        put(registry, comparisons(kind, name));
    }
    put(
        registry,
        object("aggregate_count", "Numbers about rows.", [field("count", "How many they are.", "Int!")]),
    );
    let mut roots = IndexMap::new();
    for table in tables {
        let name = table.name;
        put(registry, row(table));
        put(registry, bool_exp(table));
        put(registry, order_by(table));
        let columns = table.columns.iter().filter(|column| column.kind.compares());
        let columns = columns.map(|column| (column.name, docs(column.docs)));
        put(registry, enumeration(&format!("{name}_select_column"), "A column.", columns));
        let about = "Numbers about the rows that were asked for.";
        let aggregate = field("aggregate", about, "aggregate_count!");
        put(registry, object(&format!("{name}_aggregate"), about, [aggregate]));

        let what = docs(table.docs);
        let mut add = |field: MetaField| roots.insert(field.name.clone(), field);
        add(field(name, &what, &format!("[{name}!]!")).with(part(table)));
        add(field(&format!("{name}_aggregate"), &what, &format!("{name}_aggregate!")).with(part(table)));
        if table.id().is_some() {
            let id = argument("id", "Its id.", "uuid!");
            add(field(&format!("{name}_by_pk"), &what, name).with([id]));
        }
    }
    roots
}

fn put(registry: &mut Registry, kind: MetaType) {
    registry.types.insert(kind.name().to_owned(), kind);
}

/// The name of a column's type.
fn type_of(kind: Type) -> &'static str {
    match kind {
        Type::Uuid => "uuid",
        Type::Text | Type::State | Type::Status | Type::Subject => "String",
        Type::Int => "Int",
        Type::Bool => "Boolean",
        Type::Time => "timestamptz",
        Type::Json | Type::States | Type::Events => "jsonb",
    }
}

fn row(table: &'static Table) -> MetaType {
    let mut fields: Vec<_> = table.columns.iter().map(column).collect();
    for relation in table.relations {
        let to = relation.to.name;
        let what = docs(relation.docs);
        if !relation.many {
            let kind = if relation.nullable { to.to_owned() } else { format!("{to}!") };
            fields.push(field(relation.name, &what, &kind));
            continue;
        }
        fields.push(field(relation.name, &what, &format!("[{to}!]!")).with(part(relation.to)));
        let aggregate = field(&aggregate_of(relation), &what, &format!("{to}_aggregate!"));
        fields.push(aggregate.with(part(relation.to)));
    }
    object(table.name, &docs(table.docs), fields)
}

/// The name of the field that has numbers about what belongs to a row.
pub(super) fn aggregate_of(relation: &Relation) -> String {
    format!("{}_aggregate", relation.name)
}

fn column(column: &Column) -> MetaField {
    let required = if column.nullable { "" } else { "!" };
    field(column.name, &docs(column.docs), &format!("{}{required}", type_of(column.kind)))
}

/// The arguments that say which rows, and in what order.
fn part(table: &Table) -> [MetaInputValue; 5] {
    let name = table.name;
    [
        argument("where", "Which rows. A comparison with null is true.", &format!("{name}_bool_exp")),
        argument("order_by", "In what order.", &format!("[{name}_order_by!]")),
        argument("limit", "How many at most; null: all.", "Int"),
        argument("offset", "How many to leave out first.", "Int"),
        argument(
            "distinct_on",
            "Of rows that are equal in these, the first.",
            &format!("[{name}_select_column!]"),
        ),
    ]
}

fn bool_exp(table: &'static Table) -> MetaType {
    let name = format!("{}_bool_exp", table.name);
    let mut fields = vec![
        argument("_and", "All of them.", &format!("[{name}]")),
        argument("_or", "One of them.", &format!("[{name}]")),
        argument("_not", "Not so.", &name),
    ];
    for column in table.columns.iter().filter(|column| column.kind.compares()) {
        fields.push(argument(
            column.name,
            &docs(column.docs),
            &format!("{}_comparison_exp", type_of(column.kind)),
        ));
    }
    for relation in table.relations {
        let kind = format!("{}_bool_exp", relation.to.name);
        fields.push(argument(relation.name, &docs(relation.docs), &kind));
    }
    input(&name, "Which rows: all that is said has to hold.", fields)
}

fn order_by(table: &'static Table) -> MetaType {
    let columns = table.columns.iter().filter(|column| column.kind.compares());
    let fields = columns.map(|column| argument(column.name, &docs(column.docs), "order_by"));
    input(&format!("{}_order_by", table.name), "In what order; the first key counts most.", fields)
}

fn comparisons(kind: &str, what: &str) -> MetaType {
    let list = format!("[{kind}!]");
    let mut fields = vec![
        argument("_eq", "Equal.", kind),
        argument("_neq", "Not equal.", kind),
        argument("_gt", "Greater.", kind),
        argument("_gte", "Greater or equal.", kind),
        argument("_lt", "Less.", kind),
        argument("_lte", "Less or equal.", kind),
        argument("_in", "One of these.", &list),
        argument("_nin", "None of these.", &list),
        argument("_is_null", "Null, or not.", "Boolean"),
    ];
    if kind == "String" {
        fields.push(argument("_like", "Of this form: `%` is any text, `_` any character.", kind));
        fields.push(argument("_nlike", "Not of this form.", kind));
        fields.push(argument("_ilike", "Of this form, in either case.", kind));
        fields.push(argument("_nilike", "Not of this form, in either case.", kind));
    }
    input(&format!("{kind}_comparison_exp"), &format!("What {what} has to be; null is true."), fields)
}

fn docs(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

fn object(name: &str, about: &str, fields: impl IntoIterator<Item = MetaField>) -> MetaType {
    MetaType::Object {
        name: name.to_owned(),
        description: Some(about.to_owned()),
        fields: fields.into_iter().map(|field| (field.name.clone(), field)).collect(),
        cache_control: CacheControl::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        keys: None,
        visible: None,
        inaccessible: false,
        interface_object: false,
        tags: Vec::new(),
        is_subscription: false,
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn input(name: &str, about: &str, fields: impl IntoIterator<Item = MetaInputValue>) -> MetaType {
    MetaType::InputObject {
        name: name.to_owned(),
        description: Some(about.to_owned()),
        input_fields: fields.into_iter().map(|field| (field.name.clone(), field)).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        oneof: false,
        directive_invocations: Vec::new(),
    }
}

fn enumeration<'v>(
    name: &str,
    about: &str,
    values: impl IntoIterator<Item = (&'v str, impl Into<String>)>,
) -> MetaType {
    let value = |(name, about): (&str, String)| MetaEnumValue {
        name: name.to_owned(),
        description: Some(about),
        deprecation: Deprecation::NoDeprecated,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        directive_invocations: Vec::new(),
    };
    MetaType::Enum {
        name: name.to_owned(),
        description: Some(about.to_owned()),
        enum_values: values
            .into_iter()
            .map(|(name, about)| (name.to_owned(), value((name, about.into()))))
            .collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn scalar(name: &str, about: &str) -> MetaType {
    MetaType::Scalar {
        name: name.to_owned(),
        description: Some(about.to_owned()),
        is_valid: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        specified_by_url: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn argument(name: &str, about: &str, ty: &str) -> MetaInputValue {
    MetaInputValue {
        name: name.to_owned(),
        description: Some(about.to_owned()),
        ty: ty.to_owned(),
        deprecation: Deprecation::NoDeprecated,
        default_value: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        is_secret: false,
        directive_invocations: Vec::new(),
    }
}

fn field(name: &str, about: &str, ty: &str) -> MetaField {
    MetaField {
        name: name.to_owned(),
        description: Some(about.to_owned()),
        args: IndexMap::new(),
        ty: ty.to_owned(),
        deprecation: Deprecation::NoDeprecated,
        cache_control: CacheControl::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

/// The same field with arguments.
trait With {
    fn with(self, arguments: impl IntoIterator<Item = MetaInputValue>) -> Self;
}

impl With for MetaField {
    fn with(mut self, arguments: impl IntoIterator<Item = MetaInputValue>) -> Self {
        self.args = arguments.into_iter().map(|argument| (argument.name.clone(), argument)).collect();
        self
    }
}
