import type { Env } from "./pulumi-home.ts";

/**
 * Returns the environment variable with which the SDK's gRPC connects to the local engine directly, not through the proxy of
 * `https_proxy` or `http_proxy`. Only gRPC reads this variable; a lowercase `no_proxy` would hide NO_PROXY from other programs.
 *
 * Source: https://github.com/grpc/grpc-node/blob/master/doc/environment_variables.md
 */
export function withLoopbackDirect(env: Env): { readonly no_grpc_proxy: string } {
  const hosts = [env.no_grpc_proxy || env.no_proxy, "127.0.0.1", "localhost", "::1"];
  return { no_grpc_proxy: hosts.filter(Boolean).join(",") };
}
