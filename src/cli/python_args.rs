//! The words of `python`: the command line's part for interpreters and clusters.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

const EXAMPLES: &str = "\
Examples:
  poolscope python list                           what there is: names, versions, packages
  poolscope python add analytics ~/venvs/a        a virtual environment, or an executable
  poolscope python remove analytics
  poolscope python dask tcp://10.0.0.1:8786       for candidates with cluster: Configured
  poolscope python ray --none                     forget the address

A scenario names 'python' or another name of the list, never a path. 'python' is the first python3 on PATH,
unless you add another one by that name. What you add stands in the settings of this machine, which 'list' names.

Exit codes of python:
  0  done                                 2  usage, or settings that cannot be used
  1  internal error                       130  interrupted";

/// Arguments of `python`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct PythonArgs {
    /// What to do
    #[command(subcommand)]
    pub command: PythonCommand,
}

/// What to do with interpreters.
#[derive(Debug, Subcommand)]
pub enum PythonCommand {
    /// List the interpreters of this machine, and the addresses of clusters
    List(PythonListArgs),
    /// Add an interpreter, or a virtual environment, under a name
    Add(PythonAddArgs),
    /// Remove an interpreter that was added; nothing is deleted but its name here
    Remove(PythonRemoveArgs),
    /// Set the address of a Dask scheduler that runs already
    Dask(AddressArgs),
    /// Set the address of a Ray cluster that runs already
    Ray(AddressArgs),
}

/// Arguments of `python list`.
#[derive(Debug, Clone, Copy, Args)]
pub struct PythonListArgs {
    /// Print one JSON document on standard output instead of the text
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `python add`.
#[derive(Debug, Args)]
pub struct PythonAddArgs {
    /// What scenarios call it
    pub name: String,
    /// The executable, or the folder of a virtual environment
    pub path: PathBuf,
}

/// Arguments of `python remove`.
#[derive(Debug, Args)]
pub struct PythonRemoveArgs {
    /// What it was called when it was added
    pub name: String,
}

/// Arguments of `python dask` and `python ray`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true)))]
pub struct AddressArgs {
    /// The address
    #[arg(group = "what")]
    pub address: Option<String>,
    /// Forget the address
    #[arg(long, group = "what")]
    pub none: bool,
}
