// What a telephone keeps of its own: sealed under a passphrase that is neither sent nor stored, and gone when its time is over. Read by
// the page that writes without a network, by the others (how many wait) and by the service worker (what is over goes).
globalThis.vault = (() => {
  "use strict";
  const NAME = "pages", STORE = "kept", ROUNDS = 600000; // PBKDF2-HMAC-SHA256, as OWASP's password storage sheet has it
  const LOCK = "lock", SHEET = "sheet", GONE = "gone", ENTRY = "entry:";
  const bytes = (text) => new TextEncoder().encode(text);

  const result = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error("blocked"));
    });

  // One transaction, whole or not at all. The connection is closed again, so that nothing stands in the way of a wipe.
  const within = async (mode, act) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    const store = await result(opening);
    store.onversionchange = () => store.close();
    try {
      const change = store.transaction(STORE, mode);
      const over = new Promise((resolve, reject) => {
        change.oncomplete = resolve;
        change.onabort = change.onerror = () => reject(change.error);
      });
      const found = await act(change.objectStore(STORE));
      await over;
      return found;
    } finally {
      store.close();
    }
  };
  const get = (name) => within("readonly", (store) => result(store.get(name)));
  const entries = () =>
    within("readonly", async (store) => {
      const range = IDBKeyRange.bound(ENTRY, ENTRY + "\uffff");
      const [names, rows] = await Promise.all([result(store.getAllKeys(range)), result(store.getAll(range))]);
      return names.map((name, n) => ({ id: name.slice(ENTRY.length), ...rows[n] }));
    });

  const keyOf = async (passphrase, { salt, rounds }) => {
    const typed = await crypto.subtle.importKey("raw", bytes(passphrase.normalize("NFC")), "PBKDF2", false, ["deriveKey"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
    return crypto.subtle.deriveKey(how, typed, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  };
  // The name is sealed in: no entry can be passed off as another.
  const sealed = async (key, name, thing) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const how = { name: "AES-GCM", iv, additionalData: bytes(name) };
    return { iv, data: await crypto.subtle.encrypt(how, key, bytes(JSON.stringify(thing))) };
  };
  const unsealed = async (key, name, { iv, data }) => {
    const how = { name: "AES-GCM", iv, additionalData: bytes(name) };
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, key, data)));
  };

  // What can be done once the passphrase is there. Fails where another window has taken everything away since: what would be kept
  // then nobody could open.
  const open = (key, sheet, { salt }) => {
    const put = (name, value) =>
      within("readwrite", async (store) => {
        const lock = await result(store.get(LOCK));
        if (!lock || lock.salt.join() !== salt.join()) throw new Error("gone");
        return result(store.put(value, name));
      });
    return {
      sheet,
      refresh: async (fresh) => {
        await put(SHEET, await sealed(key, SHEET, fresh));
        return open(key, fresh, { salt });
      },
      // `facts` stand beside it unsealed: `until` when it goes, `state`, whether it was `tried`, whether it was `sent`.
      keep: async (id, entry, facts) => put(ENTRY + id, { ...(await sealed(key, ENTRY + id, entry)), ...facts }),
      entry: async (id) => {
        const row = await get(ENTRY + id);
        return row && unsealed(key, ENTRY + id, row);
      },
    };
  };

  return {
    able: Boolean(globalThis.indexedDB && globalThis.crypto?.subtle),
    prepared: async () => Boolean(await get(LOCK)),
    prepare: async (passphrase, sheet) => {
      const lock = { salt: crypto.getRandomValues(new Uint8Array(16)), rounds: ROUNDS };
      const key = await keyOf(passphrase, lock);
      const first = await sealed(key, SHEET, sheet);
      await within("readwrite", (store) => Promise.all([result(store.put(lock, LOCK)), result(store.put(first, SHEET))]));
      return open(key, sheet, lock);
    },
    // null for a wrong passphrase.
    unlock: async (passphrase) => {
      const [lock, sheet] = await Promise.all([get(LOCK), get(SHEET)]);
      if (!lock || !sheet) throw new Error("gone");
      const key = await keyOf(passphrase, lock);
      try {
        return open(key, await unsealed(key, SHEET, sheet), lock);
      } catch {
        return null;
      }
    },
    entries,
    drop: (id) => within("readwrite", (store) => result(store.delete(ENTRY + id))),
    unsent: async () => (await entries()).filter((row) => !row.sent && row.until > Date.now()).length,
    // Returns how many went; that some were never sent stays to be said. A clock put back keeps them longer, one put forward lets them go.
    purge: async (now = Date.now()) => {
      const over = (await entries()).filter((row) => row.until <= now);
      const unsent = over.filter((row) => !row.sent).length;
      if (over.length) {
        await within("readwrite", async (store) => {
          const before = (await result(store.get(GONE))) || 0;
          await Promise.all(over.map((row) => result(store.delete(ENTRY + row.id))));
          if (unsent) await result(store.put(before + unsent, GONE));
        });
      }
      return over.length;
    },
    gone: async () => (await get(GONE)) || 0,
    seen: () => within("readwrite", (store) => result(store.delete(GONE))),
    wipe: async () => {
      await result(indexedDB.deleteDatabase(NAME));
      if (globalThis.BroadcastChannel) new BroadcastChannel(NAME).postMessage("wiped");
    },
    // Other windows close what they show.
    onWipe: (act) => {
      if (globalThis.BroadcastChannel) new BroadcastChannel(NAME).onmessage = act;
    },
  };
})();
