// jsii's Node preloads this file (environments.use_project_node). The index of @cdktf/provider-aws requires all of its
// 2,100 submodules. Parsing them takes seconds, and a stack uses two dozen (hashicorp/terraform-cdk#3753). So this file
// requires a submodule when a name is first read from it. docs/decisions/0002-lazy-bindings.md
"use strict";

const Module = require("module");
const requireNow = Module.prototype.require;

Module.prototype.require = function (id) {
  if (!this.filename?.endsWith("/@cdktf/provider-aws/lib/index.js")) return requireNow.call(this, id);
  return new Proxy({}, { get: (_, name) => requireNow.call(this, id)[name] });
};
