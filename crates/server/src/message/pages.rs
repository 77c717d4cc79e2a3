//! The pages of the web UI that messages link to.

use campana_model::FlowRunId;
use campana_model::TaskRunId;
use campana_model::id::FlowGroupId;
use url::Url;

/// Where the web UI is, for one tenant.
#[derive(Clone, Debug)]
pub struct Pages {
    base: Url,
}

/// A public URL leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "public_url is not one that a link can begin with; write it in full, such as https://campana.example.com"
)]
pub struct NotAPublicUrl;

impl Pages {
    /// The pages under this URL.
    ///
    /// # Errors
    /// If it is not an http or https URL.
    pub fn new(public_url: &str) -> Result<Self, NotAPublicUrl> {
        let base = Url::parse(public_url).map_err(|_| NotAPublicUrl)?;
        let is_web = matches!(base.scheme(), "http" | "https");
        if is_web && base.query().is_none() && base.fragment().is_none() {
            Ok(Self { base })
        } else {
            Err(NotAPublicUrl)
        }
    }

    /// The pages of the tenant with this slug.
    #[must_use]
    pub fn of_tenant(&self, slug: Option<&str>) -> Self {
        Self { base: self.page(slug) }
    }

    /// `/flow-run/<id>`.
    pub fn flow_run(&self, id: FlowRunId) -> String {
        self.page(["flow-run", &id.to_string()]).into()
    }

    /// `/task-run/<id>`.
    pub fn task_run(&self, id: TaskRunId) -> String {
        self.page(["task-run", &id.to_string()]).into()
    }

    /// `/flow/<flow_group_id>`.
    pub fn flow(&self, id: FlowGroupId) -> String {
        self.page(["flow", &id.to_string()]).into()
    }

    fn page<'s>(&self, segments: impl IntoIterator<Item = &'s str>) -> Url {
        let mut url = self.base.clone();
        // Only a URL that cannot be a base has no path, and no http URL is one.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_lie_under_the_public_url_and_the_tenant() {
        let id: FlowRunId = "019aa3b1-7c00-7000-8000-00000000000f".parse().unwrap();
        for (public_url, slug, wanted) in [
            ("https://c.example.com", None, "https://c.example.com/flow-run/"),
            ("https://c.example.com/", Some("acme"), "https://c.example.com/acme/flow-run/"),
            ("http://127.0.0.1:4200/bell/", Some("a/b c"), "http://127.0.0.1:4200/bell/a%2Fb%20c/flow-run/"),
        ] {
            let pages = Pages::new(public_url).unwrap().of_tenant(slug);
            assert_eq!(pages.flow_run(id), format!("{wanted}{id}"));
        }
        let pages = Pages::new("https://c.example.com").unwrap();
        let group = FlowGroupId::from_uuid(id.uuid());
        assert_eq!(pages.flow(group), format!("https://c.example.com/flow/{id}"));
        assert_eq!(
            pages.task_run(TaskRunId::from_uuid(id.uuid())),
            format!("https://c.example.com/task-run/{id}")
        );
    }

    #[test]
    fn what_no_link_can_begin_with_is_refused() {
        for bad in ["", "c.example.com", "ftp://c.example.com", "mailto:a@b.c", "https://c.example.com/?x=1"]
        {
            assert_eq!(Pages::new(bad).unwrap_err(), NotAPublicUrl, "{bad}");
        }
    }
}
