//! The words of `runs`: the command line's part for runs that were kept.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::args::ResultsArgs;

const EXAMPLES: &str = "\
Examples:
  poolscope runs                                  all runs that were kept, the newest first
  poolscope runs list checkout --tag prod         only those with these words and this tag
  poolscope runs show last                        the figures of the newest run, as 'run' printed them
  poolscope runs show last~1 --json               the document of the one before
  poolscope runs show k3v9q2xd --scenario         the scenario that was run
  poolscope runs rename last before the change    a name to find it by
  poolscope runs tag last prod baseline
  poolscope runs note last 'with the new driver'
  poolscope runs rerun 'before the change'        the same scenario, candidates and seed, on this machine
  poolscope runs import ~/Downloads/theirs.poolscope-run
  poolscope runs delete k3v9                      to the bin of the system

RUN is the id of a run or its beginning, a name or a part of it, last, last~1, last~2 …, or the path of a file.
A file has everything: scenario, machine, seed, all figures and their course. Send it to a colleague, who can show
it without having the scenario; showing runs nothing.

States: done; stopped by somebody; cut, if the program or the machine gave up; running. A cut run has the blocks that
had ended until then.

Exit codes of runs:
  0  done                                 2  usage, or a run that cannot be found or read
  1  internal error                       rerun ends as run does";

/// Arguments of `runs`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct RunsArgs {
    /// What to do; without a word the list
    #[command(subcommand)]
    pub command: Option<RunsCommand>,
}

/// What to do with kept runs.
#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// List runs, the newest first
    List(RunsListArgs),
    /// Print the figures of a run again
    Show(RunsShowArgs),
    /// Give a run a name, or take it away
    Rename(RunsRenameArgs),
    /// Add tags to a run
    Tag(RunsTagArgs),
    /// Take tags from a run
    Untag(RunsTagArgs),
    /// Write a note to a run, or take it away
    Note(RunsNoteArgs),
    /// Put runs into the bin of the system
    Delete(RunsDeleteArgs),
    /// Print the path of a run's file
    Path(RunsPathArgs),
    /// Run the same scenario, candidates and seed again, on this machine
    Rerun(RunsRerunArgs),
    /// Copy files from elsewhere into the library
    Import(RunsImportArgs),
}

/// Arguments of `runs list`.
#[derive(Debug, Clone, Default, Args)]
pub struct RunsListArgs {
    /// Only runs in which all these words occur: in title, name, tags, note, candidates, id or date
    pub words: Vec<String>,
    /// Only runs with this tag; several must all be there
    #[arg(long, value_name = "TAG")]
    pub tag: Vec<String>,
    /// Print one JSON document on standard output instead of the table
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `runs show`.
#[derive(Debug, Args)]
pub struct RunsShowArgs {
    /// Which run
    pub run: String,
    /// Print one JSON document on standard output, the same as that of 'run --json', or of the series' own command
    #[arg(long, conflicts_with = "scenario")]
    pub json: bool,
    /// Print the scenario that was run instead: a file for 'poolscope run'
    #[arg(long)]
    pub scenario: bool,
    /// Write charts, figures and the scenario into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "scenario")]
    pub out: Option<PathBuf>,
}

/// Arguments of `runs rename`.
#[derive(Debug, Args)]
pub struct RunsRenameArgs {
    /// Which run
    pub run: String,
    /// The name; without one the title of the scenario stands for it again
    pub name: Vec<String>,
}

/// Arguments of `runs tag` and `runs untag`.
#[derive(Debug, Args)]
pub struct RunsTagArgs {
    /// Which run
    pub run: String,
    /// The tags: words without commas
    #[arg(required = true)]
    pub tags: Vec<String>,
}

/// Arguments of `runs note`.
#[derive(Debug, Args)]
pub struct RunsNoteArgs {
    /// Which run
    pub run: String,
    /// The note; without one it is taken away
    pub note: Vec<String>,
}

/// Arguments of `runs delete`.
#[derive(Debug, Args)]
pub struct RunsDeleteArgs {
    /// Which runs
    #[arg(required = true, value_name = "RUN")]
    pub runs: Vec<String>,
    /// Delete for good instead, where the system has no bin
    #[arg(long)]
    pub forever: bool,
}

/// Arguments of `runs path`.
#[derive(Debug, Args)]
pub struct RunsPathArgs {
    /// Which run; without one the folder of all
    pub run: Option<String>,
}

/// Arguments of `runs rerun`.
#[derive(Debug, Args)]
pub struct RunsRerunArgs {
    /// Which run
    pub run: String,
    /// Where the results go.
    #[command(flatten)]
    pub results: ResultsArgs,
}

/// Arguments of `runs import`.
#[derive(Debug, Args)]
pub struct RunsImportArgs {
    /// Which files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}
