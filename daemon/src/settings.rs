//! What the person has set, in `config.toml`.

use std::io::Read;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs, io};

use serde::Deserialize;
use toml::Spanned;

use crate::language::Language;

/// A settings file is a dozen lines; what is longer is another file.
const MAX_FILE_LEN: u64 = 64 * 1024;

/// The seconds that a PIN window may wait: less is too short to find the slip with the PINs, more leaves
/// a forgotten window open.
const PROMPT_TIMEOUT_SECONDS: RangeInclusive<u16> = 5..=600;

/// The seconds that an asker waits after its first closed window: 0 is for automated tests, and more than a minute
/// would punish a slip.
const CANCELLED_WAIT_SECONDS: RangeInclusive<u16> = 0..=60;

/// The most extension ids; nobody has more.
const MAX_EXTENSION_IDS: usize = 16;

/// The person's settings; a missing file or key means the default.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Settings {
    /// `developer_origins`: whether `http://localhost` and the like may ask. Default: no.
    pub developer_origins: bool,
    /// `pinentry`: the program that asks for PINs (GnuPG's pinentry, Assuan protocol). The environment
    /// variable `JPKID_PINENTRY` comes before it. Default: `pinentry` in `PATH`.
    pub pinentry: Option<PathBuf>,
    /// `prompt_timeout_seconds`: how long a window waits for the person, 5 to 600 seconds. Default: 120.
    pub prompt_timeout: Duration,
    /// `cancelled_wait_seconds`: how long a site or program whose window was closed waits before it may open the next,
    /// 0 to 60 seconds; each further time twice as long, at most 5 minutes. Default: 1.
    pub cancelled_wait: Duration,
    /// `language`: one of [`Language::ALL`] by its tag, for callers that ask for none. Default: the locale's.
    pub language: Option<Language>,
    /// `history`: whether the uses of the card are written down for `jpki history`. Default: yes.
    pub history: bool,
    /// `hold_signature_password`: whether the password with which a page read the signature certificate may wait, at most
    /// 30 seconds, for the signature that the page asks for next. Default: yes.
    pub hold_signature_password: bool,
    /// `extension_ids`: further browser extensions that may speak for a browser, such as a developer's
    /// own build: Chromium's 32 letters or Firefox's add-on id. Default: none.
    pub extension_ids: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            developer_origins: false,
            pinentry: None,
            prompt_timeout: Duration::from_secs(120),
            cancelled_wait: Duration::from_secs(1),
            language: None,
            history: true,
            hold_signature_password: true,
            extension_ids: Vec::new(),
        }
    }
}

/// Why the settings cannot be used. Nothing is guessed then: the daemon does not start.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file is there but cannot be read.
    #[error("cannot read the settings in {path}: {source}")]
    Read {
        /// The settings file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is longer than 64 KiB.
    #[error("{path} is longer than {MAX_FILE_LEN} bytes: it is not a settings file")]
    TooLong {
        /// The settings file.
        path: PathBuf,
    },
    /// The file is not TOML, or a key or a value is wrong.
    #[error("{path}, line {line}{}: {detail}", field.as_ref().map(|field| format!(", {field}")).unwrap_or_default())]
    Invalid {
        /// The settings file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The key, where the line has one.
        field: Option<String>,
        /// What is wrong with it.
        detail: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct File {
    developer_origins: bool,
    pinentry: Option<Spanned<PathBuf>>,
    prompt_timeout_seconds: Option<Spanned<u16>>,
    cancelled_wait_seconds: Option<Spanned<u16>>,
    language: Option<Spanned<String>>,
    history: Option<bool>,
    hold_signature_password: Option<bool>,
    extension_ids: Option<Spanned<Vec<String>>>,
}

impl Settings {
    /// Reads the file at [`Settings::path`], then lets `JPKID_PINENTRY` have its say.
    ///
    /// # Errors
    /// Any [`SettingsError`]; a missing file is none.
    pub fn load() -> Result<Self, SettingsError> {
        let mut settings = match Self::path() {
            Some(path) => Self::load_from(&path)?,
            None => Self::default(),
        };
        if let Some(program) = env::var_os("JPKID_PINENTRY").filter(|program| !program.is_empty()) {
            settings.pinentry = Some(program.into());
        }
        Ok(settings)
    }

    /// Where the settings are: `JPKID_CONFIG`, else `$XDG_CONFIG_HOME/jpkid/config.toml`, else
    /// `~/.config/jpkid/config.toml`; `None` where no home is known.
    #[must_use]
    pub fn path() -> Option<PathBuf> {
        if let Some(path) = env::var_os("JPKID_CONFIG").filter(|path| !path.is_empty()) {
            return Some(path.into());
        }
        // The XDG Base Directory Specification ignores relative paths.
        let config = env::var_os("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".config")))?;
        Some(config.join("jpkid").join("config.toml"))
    }

    /// Reads one file.
    ///
    /// # Errors
    /// Any [`SettingsError`]; a missing file is none.
    pub fn load_from(path: &Path) -> Result<Self, SettingsError> {
        let read_error = |source| SettingsError::Read {
            path: path.to_owned(),
            source,
        };
        let file = match fs::File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(read_error(error)),
        };
        let mut text = String::new();
        file.take(MAX_FILE_LEN.saturating_add(1))
            .read_to_string(&mut text)
            .map_err(read_error)?;
        if text.len() as u64 > MAX_FILE_LEN {
            return Err(SettingsError::TooLong {
                path: path.to_owned(),
            });
        }
        Self::parse(&text, path)
    }

    /// Parses the text of a settings file; `path` is named in errors.
    ///
    /// # Errors
    /// [`SettingsError::Invalid`], with the first wrong line.
    pub fn parse(text: &str, path: &Path) -> Result<Self, SettingsError> {
        let wrong = |start: usize, detail: String| invalid(text, path, start, detail);
        let file: File = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            wrong(start, error.message().replace('\n', " "))
        })?;
        let mut settings = Self {
            developer_origins: file.developer_origins,
            history: file.history.unwrap_or(true),
            hold_signature_password: file.hold_signature_password.unwrap_or(true),
            ..Self::default()
        };
        if let Some(program) = file.pinentry {
            let start = program.span().start;
            let program = program.into_inner();
            if !program.is_absolute() {
                return Err(wrong(start, "a full path is needed".into()));
            }
            settings.pinentry = Some(program);
        }
        if let Some(seconds) = file.prompt_timeout_seconds {
            if !PROMPT_TIMEOUT_SECONDS.contains(seconds.get_ref()) {
                return Err(wrong(seconds.span().start, "5 to 600 seconds".into()));
            }
            settings.prompt_timeout = Duration::from_secs(seconds.into_inner().into());
        }
        if let Some(seconds) = file.cancelled_wait_seconds {
            if !CANCELLED_WAIT_SECONDS.contains(seconds.get_ref()) {
                return Err(wrong(seconds.span().start, "0 to 60 seconds".into()));
            }
            settings.cancelled_wait = Duration::from_secs(seconds.into_inner().into());
        }
        if let Some(tag) = file.language {
            let known = Language::parse(tag.get_ref()).ok().flatten();
            settings.language =
                Some(known.ok_or_else(|| {
                    wrong(tag.span().start, format!("one of {}", Language::tags()))
                })?);
        }
        if let Some(ids) = file.extension_ids {
            let acceptable = |id: &String| {
                (1..=255).contains(&id.len())
                    && !id.contains(|c: char| c == '/' || c.is_whitespace())
            };
            if ids.get_ref().len() > MAX_EXTENSION_IDS || !ids.get_ref().iter().all(acceptable) {
                return Err(wrong(
                    ids.span().start,
                    "at most 16 ids, such as \"kmbhegncnoikamoigmjkjpoehgbenimi\"".into(),
                ));
            }
            settings.extension_ids = ids.into_inner();
        }
        Ok(settings)
    }
}

fn invalid(text: &str, path: &Path, start: usize, detail: String) -> SettingsError {
    let before = text.get(..start).unwrap_or(text);
    let line = before.matches('\n').count().saturating_add(1);
    let field = text
        .lines()
        .nth(line.saturating_sub(1))
        .and_then(|line| line.split_once('='))
        .map(|(key, _)| key.trim().to_owned());
    SettingsError::Invalid {
        path: path.to_owned(),
        line,
        field,
        detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, String> {
        Settings::parse(text, Path::new("config.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn an_empty_file_means_the_defaults() {
        assert_eq!(parse(""), Ok(Settings::default()));
        assert!(!Settings::default().developer_origins);
    }

    #[test]
    fn a_missing_file_means_the_defaults() {
        let missing = Path::new("/nonexistent/jpkid/config.toml");
        assert_eq!(
            Settings::load_from(missing).expect("no file is no error"),
            Settings::default()
        );
    }

    #[test]
    fn every_key_is_read() {
        let text = "developer_origins = true\npinentry = \"/usr/bin/pinentry\"\n\
                    prompt_timeout_seconds = 60\ncancelled_wait_seconds = 5\nlanguage = \"ja\"\nhistory = false\n\
                    hold_signature_password = false\nextension_ids = [\"abc@example\"]\n";
        assert_eq!(
            parse(text),
            Ok(Settings {
                developer_origins: true,
                pinentry: Some("/usr/bin/pinentry".into()),
                prompt_timeout: Duration::from_secs(60),
                cancelled_wait: Duration::from_secs(5),
                language: Some(Language::Japanese),
                history: false,
                hold_signature_password: false,
                extension_ids: vec!["abc@example".into()],
            })
        );
    }

    #[test]
    fn an_error_names_file_line_and_field() {
        for (text, start) in [
            (
                "\ndeveloper_origin = true",
                "config.toml, line 2, developer_origin: unknown field",
            ),
            (
                "developer_origins = 1",
                "config.toml, line 1, developer_origins: invalid type",
            ),
            (
                "# x\nprompt_timeout_seconds = 4",
                "config.toml, line 2, prompt_timeout_seconds: 5 to",
            ),
            (
                "prompt_timeout_seconds = 601",
                "config.toml, line 1, prompt_timeout_seconds: 5 to",
            ),
            (
                "prompt_timeout_seconds = -1",
                "config.toml, line 1, prompt_timeout_seconds: invalid",
            ),
            (
                "cancelled_wait_seconds = 61",
                "config.toml, line 1, cancelled_wait_seconds: 0 to",
            ),
            (
                "language = \"fr\"",
                "config.toml, line 1, language: one of en, ja, ja-simple,",
            ),
            (
                "pinentry = \"pinentry\"",
                "config.toml, line 1, pinentry: a full path",
            ),
            (
                "extension_ids = [\"a b\"]",
                "config.toml, line 1, extension_ids: at most 16",
            ),
            ("\n\n[x", "config.toml, line 3"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.starts_with(start), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_file_that_is_too_long_is_not_read() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        fs::write(file.path(), "#".repeat(70_000)).expect("written");
        assert!(matches!(
            Settings::load_from(file.path()),
            Err(SettingsError::TooLong { .. })
        ));
    }
}
