"""What a site can set, by environment variables or a `.env` file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

SpeakersBy = Literal["auto", "channels", "pyannote", "embedded", "none"]


def _default_data_dir() -> Path:
    checkout = Path(__file__).parent.parent
    return checkout if (checkout / "app.py").is_file() else user_data_path("kikigaki")


class Settings(BaseSettings):
    """Every field is an environment variable with the prefix `KIKIGAKI_`."""

    model_config = SettingsConfigDict(
        env_prefix="KIKIGAKI_",
        env_file=".env",
        extra="ignore",
        frozen=True,
        use_attribute_docstrings=True,
    )

    data_dir: Path = _default_data_dir()
    """Everything the program writes: `recordings/` for sound and transcripts, `state/` beside it
    for the rest. The default is the checkout, or the user's data folder when installed."""

    models_dir: Path | None = None
    """Where weights are kept, a folder each; `state/models` in the data folder by default."""

    manuals_dir: Path | None = None
    """The library of manuals; `manuals` in the data folder by default."""

    intake_dir: Path | None = None
    """A folder that is watched for recordings: those that are completely written there are taken
    in, each once, and stay where they are. Without it, none is."""

    backup_dir: Path | None = None
    """Where the backups go that are made on the page, best on another disk; `backups` in the data
    folder by default."""

    database_url: SecretStr | None = None
    """The database: `postgresql://USER:PASSWORD@HOST/NAME` for PostgreSQL 15 or newer. Without it a
    SQLite file in the state folder, which is all that one machine needs."""

    seal: bool = True
    """Whether new recordings and documents are encrypted on the disk. What was sealed before is
    read either way."""

    master_key_in: Literal["file", "keyring"] = "file"
    """Where the master key is kept that opens what is sealed: a file, or the system's keyring. It
    is made at first use. Keep a copy of it elsewhere: without it nobody can read the recordings."""

    master_key_file: Path | None = None
    """The file of the master key; `state/master.key` in the data folder by default. On another
    disk, a stolen data folder tells nothing."""

    master_key: SecretStr | None = None
    """The master key itself, 32 bytes in base64 (`openssl rand -base64 32`), in the place of file
    and keyring. During a rotation: the new one, a comma, the old one."""

    encrypt_database: bool = False
    """Whether the SQLite file is encrypted too, with a key derived from the master key. Needs the
    extra `kikigaki[sqlcipher]`; `kikigaki db encrypt` converts a file that is there."""

    model: str = "auto"
    """The recognition weights: a name from `kikigaki models list`, a folder, or `auto`, which takes
    the best of the recommended ones that are there."""

    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where weights run. `auto` takes a CUDA device when there is one."""

    compute_type: str = "auto"
    """How CTranslate2 computes: `auto` is `int8` on a CPU and `float16` on CUDA."""

    threads: int = 0
    """Processor threads for recognition and speakers; 0 takes all cores."""

    batch_size: int = 8
    """How many windows of sound are recognised at once in a recording, ten at most: what is
    recognised at once is kept at once, and ten windows are five minutes."""

    beam_size: int = 5
    """How many hypotheses the recogniser follows; 1 is fastest."""

    language: str = "ja"
    """The language that is spoken, as Whisper abbreviates it."""

    speakers: SpeakersBy = "auto"
    """How speakers are told apart. `auto`: by channel in a two-channel call whose channels
    differ, else by pyannote's pipeline when its folder is there, else by the embedded weights."""

    screen_language: Literal["ja", "en"] = "ja"
    """The language of screens and messages."""

    host: str = "127.0.0.1"
    """The address the application listens on."""

    port: int = 7860
    """The port the application listens on."""

    allowed_hosts: str = ""
    """Further names, with commas, under which browsers reach the application: needed where it
    listens on all addresses or behind a proxy. This machine's own names are always allowed."""

    public_url: str = ""
    """The address under which browsers reach the application, `https://kikigaki.city.example` say.
    Its name is allowed by that. With `https` its cookies are sent over secured connections only; a
    provider of sign-in sends people back there."""

    session_idle_minutes: int = Field(default=30, ge=1)
    """After so many minutes without a key, a click or sound, one has to sign in again."""

    session_hours: int = Field(default=12, ge=1)
    """After so many hours one has to sign in again, whatever one does."""

    sign_in_failures: int = Field(default=5, ge=1)
    """How many wrong passwords under one login are let pass before it has to wait: a minute first,
    then twice as long after each further one, up to an hour."""

    emergency_minutes: int = Field(default=60, ge=1)
    """How long a record stays open that somebody opened in an emergency."""

    export_hours: int = Field(default=72, ge=1)
    """How many hours an export of many records can be fetched. Afterwards it is shredded."""

    proxy_addresses: str = ""
    """Addresses or networks of reverse proxies, with commas: what they say about the browser's
    address, about https and about users counts. Nobody else's word does."""

    proxy_user_header: str = ""
    """The header in which those proxies name the user that they have signed in, `X-Remote-User`
    say. They must drop it from what browsers send."""

    unknown_users: Literal["refuse", "add"] = "refuse"
    """What happens to somebody whom a proxy or a provider has signed in and who has no account:
    they are refused, or get one without any role."""

    oidc_issuer: str = ""
    """The address of a provider of sign-in by OpenID Connect; the only address outside this machine
    that the application ever asks. It wants `KIKIGAKI_OIDC_CLIENT_ID` and `KIKIGAKI_PUBLIC_URL`."""

    oidc_name: str = ""
    """What the button for it says; by default the provider's host."""

    oidc_client_id: str = ""
    """How the provider calls this application."""

    oidc_client_secret: SecretStr | None = None
    """What the application shows to the provider, if the provider gave it any."""

    oidc_login_claim: str = "preferred_username"
    """Which of the provider's claims is the login: one that people cannot change themselves."""

    oidc_groups_claim: str = "groups"
    """Which of the provider's claims holds the groups that somebody belongs to."""

    oidc_roles: str = ""
    """Which roles a group gives: `kodomo=caseworker; kakaricho=supervisor+manager`.
    Where anything is written here, groups decide about roles at every sign-in."""

    @property
    def names(self) -> frozenset[str]:
        """The further names under which browsers reach the application."""
        listed = (name.strip() for name in self.allowed_hosts.split(","))
        return frozenset(filter(None, (*listed, urlsplit(self.public_url).hostname)))

    @property
    def recordings_dir(self) -> Path:
        """Sound and transcripts."""
        return self.data_dir / "recordings"

    @property
    def state_dir(self) -> Path:
        """What the program remembers between two runs."""
        return self.data_dir / "state"

    @property
    def key_file(self) -> Path:
        """The file of the master key."""
        return self.master_key_file or self.state_dir / "master.key"

    @property
    def library_dir(self) -> Path:
        """The folder of manuals that is watched."""
        return self.manuals_dir or self.data_dir / "manuals"

    @property
    def backups_dir(self) -> Path:
        """Where the page's backups go."""
        return self.backup_dir or self.data_dir / "backups"

    @property
    def weights_dir(self) -> Path:
        """Where weights are kept."""
        return self.models_dir or self.state_dir / "models"
