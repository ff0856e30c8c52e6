import type { Env } from "./pulumi-home.ts";

/**
 * The variable that has the SDK's gRPC reach the engine, which is on this machine, without the proxy that `https_proxy` or
 * `http_proxy` names. What it lists is for gRPC alone: a `no_proxy` in its place would hide NO_PROXY from other programs.
 *
 * Source: https://github.com/grpc/grpc-node/blob/master/doc/environment_variables.md
 */
export function withLoopbackDirect(env: Env): { readonly no_grpc_proxy: string } {
  const hosts = [env.no_grpc_proxy || env.no_proxy, "127.0.0.1", "localhost", "::1"];
  return { no_grpc_proxy: hosts.filter(Boolean).join(",") };
}
