//! Who imports whom, file by file: each name is followed through `pub use` to the file that defines it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::LazyLock;

use regex::Regex;

use super::source::{SOURCES, Source, leaves, regex};

/// A module path, as `["app", "table"]`.
type Path = Vec<String>;
/// The modules whose definitions a file names, with the names.
type Arrows = BTreeMap<Path, BTreeSet<String>>;

/// What one file declares and names.
struct File {
    source: &'static Source,
    /// What it defines, with the kind: `struct`, `fn` ...
    items: BTreeMap<String, String>,
    /// The paths behind the names that `use` brings into its scope.
    uses: BTreeMap<String, Path>,
    /// Those of them that it hands on.
    reexports: BTreeSet<String>,
}

/// Every file by its module.
pub(crate) struct Imports {
    files: BTreeMap<Path, File>,
    /// Those of each module, but for what it only hands on.
    pub(crate) arrows: BTreeMap<Path, Arrows>,
}

pub(crate) static IMPORTS: LazyLock<Imports> = LazyLock::new(|| {
    let files = SOURCES.iter().map(|source| (source.module.clone(), File::read(source)));
    let mut imports = Imports { files: files.collect(), arrows: BTreeMap::new() };
    imports.arrows = imports
        .files
        .iter()
        .map(|(path, file)| (path.clone(), imports.of(path, file, false)))
        .collect();
    imports
});

static USE: LazyLock<Regex> = LazyLock::new(|| regex(r"(?m)^(pub(?:\([^)]*\))? )?use ([^;]+);"));

impl File {
    fn read(source: &'static Source) -> File {
        static ITEM: LazyLock<Regex> = LazyLock::new(|| {
            regex(
                r"(?m)^(?:pub(?:\([^)]*\))? )?(?:async |unsafe |const )*(fn|struct|enum|const|static|trait|type) (?:mut )?(\w+)",
            )
        });
        let mut file = File {
            source,
            items: BTreeMap::new(),
            uses: BTreeMap::new(),
            reexports: BTreeSet::new(),
        };
        for item in ITEM.captures_iter(&source.code) {
            file.items.insert(item[2].to_owned(), item[1].to_owned());
        }
        for found in USE.captures_iter(&source.code) {
            for (path, name) in leaves(&found[2]) {
                if found.get(1).is_some() {
                    file.reexports.insert(name.clone());
                }
                file.uses.insert(name, path);
            }
        }
        file
    }
}

impl Imports {
    /// The definition behind a path that is written in `module`: the module that holds it, and its name. `None` for other crates and
    /// for modules themselves.
    fn definition(
        &self,
        module: &[String],
        path: &[String],
        depth: usize,
    ) -> Option<(Path, String)> {
        let (mut at, rest) = match path.first()?.as_str() {
            "crate" | "fivetuple" => (Vec::new(), &path[1..]),
            "self" => (module.to_vec(), &path[1..]),
            "super" => {
                let up = path.iter().take_while(|name| *name == "super").count();
                (module[..module.len().saturating_sub(up)].to_vec(), &path[up..])
            }
            _ => (module.to_vec(), path),
        };
        for (n, name) in rest.iter().enumerate() {
            let file = self.files.get(&at);
            if file.is_some_and(|file| file.items.contains_key(name)) {
                return Some((at, name.clone()));
            }
            let inner: Path = at.iter().cloned().chain([name.clone()]).collect();
            let is_last = n + 1 == rest.len();
            let reexported = file.is_some_and(|file| file.reexports.contains(name));
            if self.files.contains_key(&inner) && !(is_last && reexported) {
                at = inner;
                continue;
            }
            let behind = file?.uses.get(name).filter(|_| depth < 8)?;
            let whole: Path = behind.iter().chain(&rest[n + 1..]).cloned().collect();
            let is_itself = whole == rest[n..];
            return if is_itself { None } else { self.definition(&at, &whole, depth + 1) };
        }
        None
    }

    /// What one file names of others: by `use`, by a path through a module, or by a whole path.
    fn of(&self, module: &Path, file: &File, with_reexports: bool) -> Arrows {
        static PATH: LazyLock<Regex> = LazyLock::new(|| regex(r"\b\w+(?:::\w+)+"));
        let mut arrows = Arrows::new();
        let code = USE.replace_all(&file.source.code, "");
        let paths = PATH.find_iter(&code);
        let written = paths.map(|path| path.as_str().split("::").map(str::to_owned).collect());
        let used = file.uses.iter();
        let used = used.filter(|(name, _)| with_reexports || !file.reexports.contains(*name));
        for path in used.map(|(_, path)| path.clone()).chain(written) {
            if let Some((to, name)) = self.definition(module, &path, 0)
                && to != *module
            {
                arrows.entry(to).or_default().insert(name);
            }
        }
        arrows
    }

    /// Each name of another file: the module that names it, the module that defines it, and the name.
    pub(crate) fn named(&self) -> Vec<(&Path, Path, String)> {
        let mut named = Vec::new();
        for (module, file) in &self.files {
            for (to, names) in self.of(module, file, true) {
                named.extend(names.into_iter().map(|name| (module, to.clone(), name)));
            }
        }
        named
    }

    /// The files that import each other in a circle.
    pub(crate) fn circles(&self) -> Vec<BTreeSet<&Path>> {
        let reach: BTreeMap<&Path, BTreeSet<&Path>> =
            self.arrows.keys().map(|path| (path, self.reached(path))).collect();
        let circle = |path: &&Path| -> BTreeSet<&Path> {
            let together = reach[path].iter().filter(|other| reach[**other].contains(path));
            together.copied().collect()
        };
        let circles: BTreeSet<BTreeSet<&Path>> = reach.keys().map(circle).collect();
        circles.into_iter().filter(|circle| circle.len() > 1).collect()
    }

    /// All that a file imports, and what these import, and so on.
    fn reached(&self, from: &Path) -> BTreeSet<&Path> {
        let (mut reached, mut next) = (BTreeSet::new(), VecDeque::from([from]));
        while let Some(path) = next.pop_front() {
            for to in self.arrows.get(path).into_iter().flat_map(BTreeMap::keys) {
                if reached.insert(to) {
                    next.push_back(to);
                }
            }
        }
        reached
    }

    /// `app::update -> app::input::press (press, paste)`, for each arrow between files that are all of `these`.
    pub(crate) fn among(&self, these: &BTreeSet<&Path>) -> Vec<String> {
        let from =
            these.iter().flat_map(|path| self.arrows[*path].iter().map(move |to| (path, to)));
        from.filter(|(_, (to, _))| these.contains(to))
            .map(|(from, (to, names))| {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                format!("{} -> {} ({})", from.join("::"), to.join("::"), names.join(", "))
            })
            .collect()
    }

    /// Every type, trait and alias by its name, with the files that define it.
    pub(crate) fn types(&self) -> BTreeMap<&str, Vec<String>> {
        let mut types: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for file in self.files.values() {
            for (name, kind) in &file.items {
                if matches!(kind.as_str(), "struct" | "enum" | "trait" | "type") {
                    types.entry(name).or_default().push(file.source.path.display().to_string());
                }
            }
        }
        types
    }
}
