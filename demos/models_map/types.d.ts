// What this page asks of its handler, and what it answers (tab.py, core/results/models.py).
import type { Handler, LinkValues } from "../common/views/types";

export type Perspective = "representation" | "architecture" | "task" | "extension";
export interface Model extends Record<Perspective, string> {
  name: string;
  year: number;
  authors: string;
  paper: string;
  source: string;
  further_tasks: string[];
  builds_on: string[];
  sights: string[];
  generation: 1 | 2;
}
export interface Sight { page: string; values: LinkValues }
export interface Everything {
  models: Record<string, Model>;  // in the order of their papers
  perspectives: Record<Perspective, string[]>;
  path: string[];
  sights: Record<string, Sight>;
}
export interface Server { show_models: Handler<object, Everything> }

/** Where something stands, in pixels from the map's upper left corner. */
export interface Place { x: number; y: number }
export interface Label extends Place { kind: "year" | "group" | "lane"; of: string; width: number; height: number }
export interface Laid {
  places: Map<string, Place>;
  labels: Label[];
  cell: { width: number, height: number };
  height: number;
}
/** What a layout needs to know of a model. */
export interface Item { name: string; year: number; generation: 1 | 2; group: string }
export interface State {
  node: string;
  by: Perspective;
  layout: "time" | "groups";
  only: string[];  // groups; none: all
  path: boolean;
  query: string;
}
