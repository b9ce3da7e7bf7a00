export default {
  name: 'direct',
  about: 'no proxy: the limit',
  async start({ upstreamPort }) {
    return { url: `ws://127.0.0.1:${upstreamPort}`, pid: null, stop: async () => {} };
  },
};
